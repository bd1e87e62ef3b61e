import type { Dim, Shape } from '../../tensor/shape.ts';
import { type Node, nodeKey } from '../graph.ts';
import { OPERATORS } from '../operators/index.ts';
import type { NodeView } from './view.ts';

type Count = (view: NodeView) => number | undefined;

const rest = (shape: Shape | undefined): readonly (Dim | undefined)[] => shape?.slice(1) ?? [undefined];

const product = (dims: readonly (Dim | undefined)[]): number | undefined =>
  dims.every((d) => typeof d === 'number') ? dims.reduce((n, d) => n * d, 1) : undefined;

/** Every output element takes the kernel's volume times the channels of its group; the weight is input `w`. */
const convolution =
  (w: number): Count =>
  (view) =>
    product([...rest(view.output()), ...rest(view.shape(w))]);

/** Every input element meets the kernel once for each output channel of its group. */
const transposed: Count = (view) => product([...rest(view.shape(0)), ...rest(view.shape(1))]);

const matMul =
  (a: number): Count =>
  (view) =>
    view.perExample([...(view.output() ?? [undefined]), view.shape(a)?.at(-1)]);

const gemm: Count = (view) => view.perExample([...(view.output() ?? [undefined]), view.shape(0)?.[view.int('transA', 0) ? 0 : 1]]);

/** Every letter of the equation is a loop. */
const einsum: Count = (view) => {
  const terms = view.string('equation', '...').replaceAll(/\s/g, '').split('->')[0]?.split(',') ?? [];
  const extents = new Map<string, Dim | undefined>();
  for (const [i, term] of terms.entries()) {
    if (term.includes('.')) return undefined;
    [...term].forEach((letter, k) => {
      extents.set(letter, view.shape(i)?.[k]);
    });
  }
  return terms.length < 2 ? 0 : view.perExample([...extents.values()]);
};

/** Input and recurrent weights once for every step. */
const recurrent: Count = (view) => {
  const [x, w, r] = [view.shape(0), view.shape(1), view.shape(2)];
  const steps = x?.[view.int('layout', 0) ? 1 : 0];
  const [input, hidden] = [product(w ?? [undefined]), product(r ?? [undefined])];
  return input === undefined || hidden === undefined ? undefined : product([steps, input + hidden]);
};

/** Scores and their use: query × key, then × value. */
const attention: Count = (view) => {
  const scores = [view.output(0), view.shape(1), view.shape(2)];
  const [y, key, value] = scores;
  if (y?.length !== 4 || key?.length !== 4 || value?.length !== 4) return undefined;
  const size = typeof key[3] === 'number' && typeof value[3] === 'number' ? key[3] + value[3] : undefined;
  return view.perExample([y[0], y[1], y[2], key[2], size]);
};

const COUNTS: Readonly<Record<string, Count>> = {
  Conv: convolution(1),
  ConvInteger: convolution(1),
  DeformConv: convolution(1),
  QLinearConv: convolution(3),
  ConvTranspose: transposed,
  Gemm: gemm,
  MatMul: matMul(0),
  MatMulInteger: matMul(0),
  QLinearMatMul: matMul(0),
  'com.microsoft:MatMulIntegerToFloat': matMul(0),
  'com.microsoft:DynamicQuantizeMatMul': matMul(0),
  'com.microsoft:MatMulNBits': matMul(0),
  Einsum: einsum,
  RNN: recurrent,
  GRU: recurrent,
  LSTM: recurrent,
  Attention: attention,
};

const NOT_COUNTED = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

/** Multiply-accumulates for one example: of convolutions and matrix products, 0 for the rest, undefined where it cannot be told. */
export function macsOf(node: Node, view: NodeView): number | undefined {
  const key = nodeKey(node);
  const count = Object.hasOwn(COUNTS, key) ? COUNTS[key] : undefined;
  if (count) return count(view);
  const unknown = NOT_COUNTED.has(key) || !Object.hasOwn(OPERATORS, key) || node.domain !== '';
  return unknown ? undefined : 0;
}
