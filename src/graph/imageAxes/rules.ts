import { stringAttribute } from '../graph.ts';
import { type Axes, type Axis, cutTokens, isTokens, noAxes } from './axes.ts';
import { type Cut, fromFront, sliced, splitUp } from './cuts.ts';
import { regroup } from './regroup.ts';
import type { AxesView } from './view.ts';

/** What the axes of a node's outputs are; undefined where it cannot be told. */
export type AxesRule = (view: AxesView) => readonly (Axes | undefined)[];

/** Of a convolution, a pool or the like over pictures: (N, C, H, W). Over anything else places are lost. */
const picture: AxesRule = (view) => {
  const rank = view.output()?.length;
  if (rank === undefined) return [];
  if (rank !== 4) return view.node.outputs.map(() => noAxes(rank));
  return view.node.outputs.map(() => ['batch', null, 'row', 'column']);
};

/** One output whose axes are those of input 0, at another resolution perhaps. */
const resampled: AxesRule = (view) => {
  const [axes, from, to] = [view.axes(0), view.shape(0), view.output()];
  return [axes?.map((axis, i) => (isTokens(axis) && from?.[i] !== to?.[i] ? null : axis))];
};

/**
 * Of elementwise operators, normalisations and whatever else leaves places where they are: axes are aligned from the last one, and
 * each is what the operands with its extent say.
 */
export const broadcast: AxesRule = (view) => {
  const operands = view.node.inputs.flatMap((name, i) => (name === '' ? [] : [{ axes: view.axes(i), shape: view.shape(i) ?? [] }]));
  if (operands.some(({ axes }) => axes === undefined)) return [];
  return view.node.outputs.map((_, output) => {
    const shape = view.output(output);
    return shape?.map((dim, i): Axis => {
      const aligned = operands.map(({ axes, shape: from }) => (from.at(i - shape.length) === dim ? axes?.at(i - shape.length) : null));
      return aligned.find(Boolean) ?? null;
    });
  });
};

/** Of sequences: whatever the axes of a recurrent layer's outputs are, none of them is a place. */
const nowhere: AxesRule = (view) => view.node.outputs.map((_, output) => noAxes(view.output(output)?.length ?? 0));

const reshape: AxesRule = (view) => {
  const [axes, from, to] = [view.axes(0), view.shape(0), view.output()];
  return [axes && from && to ? regroup(from, to, axes) : undefined];
};

const transpose: AxesRule = (view) => {
  const axes = view.axes(0);
  const perm = view.ints('perm') ?? axes?.map((_, i) => i).reverse();
  return [axes && perm?.map((from) => axes[from] ?? null)];
};

/** Products of matrices: rows of the first, columns of the second. */
const matMul: AxesRule = (view) => {
  const [a, b, shape] = [view.axes(0), view.axes(1), view.output()];
  const [sa, sb] = [view.shape(0), view.shape(1)];
  if (!a || !b || !shape || !sa || !sb || a.length < 2 || b.length < 2) return [];
  return [
    shape.map((dim, i): Axis => {
      const fromEnd = shape.length - i;
      if (fromEnd === 1) return b.at(-1) ?? null;
      if (fromEnd === 2) return a.at(-2) ?? null;
      return (sa.at(-fromEnd) === dim ? a.at(-fromEnd) : undefined) ?? (sb.at(-fromEnd) === dim ? b.at(-fromEnd) : undefined) ?? null;
    }),
  ];
};

const gemm: AxesRule = (view) => {
  const axes = view.axes(0);
  return [axes && [axes[view.int('transA', 0) ? 1 : 0] ?? null, null]];
};

const concat: AxesRule = (view) => {
  const shape = view.output();
  if (!shape) return [];
  const along = fromFront(view.int('axis', 0), shape.length);
  const operands = view.node.inputs.map((_, i) => ({ axes: view.axes(i), size: view.shape(i)?.[along] }));
  if (operands.some(({ axes }) => axes === undefined)) return [];
  return [shape.map((_, i): Axis => (i === along ? joined(operands, along) : (operands.find(({ axes }) => axes?.[i])?.axes?.[i] ?? null)))];
};

/** A grid stays one where a single operand has it; those before it move it on. */
function joined(operands: readonly { readonly axes: Axes | undefined; readonly size: unknown }[], along: number): Axis {
  const [only, ...others] = operands.filter(({ axes }) => axes?.[along]);
  const axis = only?.axes?.[along];
  if (!isTokens(axis) || others.length > 0) return null;
  let skip = axis.skip;
  for (const { size } of operands.slice(0, operands.indexOf(only as (typeof operands)[number]))) {
    if (typeof size !== 'number') return null;
    skip += size;
  }
  return { ...axis, skip };
}

/** An axis of which a part is taken: rows and columns stay, also every second or third of them, where both ends lose alike. */
function afterCut(axis: Axis, size: unknown, { from, to, step }: Cut): Axis {
  if (typeof size !== 'number') return null;
  if (isTokens(axis)) return step === 1 ? cutTokens(axis, from, to) : null;
  return step > 0 && Math.abs(from - (size - to)) <= step ? axis : null;
}

const slice: AxesRule = (view) => {
  const [axes, shape] = [view.axes(0), view.shape(0)];
  if (!axes || !shape) return [];
  const cuts = sliced(view);
  if (!cuts) return [axes.map((axis) => (axis === 'batch' ? axis : null))];
  const result = [...axes];
  for (const cut of cuts) result[cut.axis] = afterCut(result[cut.axis] ?? null, shape[cut.axis], cut);
  return [result];
};

const split: AxesRule = (view) => {
  const [axes, shape, cuts] = [view.axes(0), view.shape(0), splitUp(view)];
  if (!axes || !shape || !cuts) return [];
  return cuts.map((cut) => axes.map((axis, at) => (at === cut.axis ? afterCut(axis, shape[at], cut) : axis)));
};

const gather: AxesRule = (view) => {
  const [axes, indices] = [view.axes(0), view.shape(1)];
  if (!axes || !indices) return [];
  const along = fromFront(view.int('axis', 0), axes.length);
  return [[...axes.slice(0, along), ...noAxes(indices.length), ...axes.slice(along + 1)]];
};

const reduction: AxesRule = (view) => {
  const axes = view.axes(0);
  if (!axes) return [];
  const named = view.node.inputs[1] ? view.integers(1) : view.ints('axes');
  if (!named && view.node.inputs[1]) return [];
  return [without(axes, named?.length ? named : axes.map((_, i) => i), view)];
};

const argument: AxesRule = (view) => {
  const axes = view.axes(0);
  return [axes && without(axes, [view.int('axis', 0)], view)];
};

function without(axes: Axes, reduced: readonly number[], view: AxesView): Axes {
  const gone = new Set(reduced.map((axis) => fromFront(axis, axes.length)));
  return view.int('keepdims', 1) ? axes.map((axis, i) => (gone.has(i) ? null : axis)) : axes.filter((_, i) => !gone.has(i));
}

const einsum: AxesRule = (view) => {
  const [left, right] = stringAttribute(view.node, 'equation', '').replaceAll(' ', '').split('->');
  if (!left || right === undefined || left.includes('.')) return [];
  const terms = left.split(',');
  const operands = terms.map((_, i) => view.axes(i));
  if (operands.some((axes) => axes === undefined)) return [];
  const of = (letter: string): Axis => terms.map((term, i) => operands[i]?.[term.indexOf(letter)]).find(Boolean) ?? null;
  return [[...right].map(of)];
};

const all = (names: string, rule: AxesRule): Record<string, AxesRule> => Object.fromEntries(names.split(' ').map((name) => [name, rule]));

/** The operators that move, merge or drop axes; all others are as `broadcast`. */
export const AXES_RULES: Readonly<Record<string, AxesRule>> = {
  ...all(
    'Conv ConvTranspose ConvInteger QLinearConv DeformConv AveragePool MaxPool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool MaxUnpool',
    picture,
  ),
  ...all('Resize Upsample Pad DepthToSpace SpaceToDepth GridSample CenterCropPad Crop', resampled),
  ...all('LSTM GRU RNN', nowhere),
  ...all('Reshape Flatten Squeeze Unsqueeze', reshape),
  ...all('MatMul MatMulInteger QLinearMatMul', matMul),
  ...all('ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare', reduction),
  ...all('ArgMax ArgMin', argument),
  Concat: concat,
  Einsum: einsum,
  Gather: gather,
  Gemm: gemm,
  Slice: slice,
  Split: split,
  Transpose: transpose,
};
