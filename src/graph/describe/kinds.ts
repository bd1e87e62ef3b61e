import type { Dim, Shape } from '../../tensor/shape.ts';
import type { NodeView } from './view.ts';

export interface Kind {
  /** What a person calls it: "Conv", "Global average pool". */
  readonly kind: string;
  /** Its hyper-parameters: "16→32, 3×3, s2". */
  readonly detail: string;
}

type Describe = (view: NodeView) => Kind;

const list = (...parts: readonly (string | false | undefined)[]): string => parts.filter(Boolean).join(', ');
const named =
  (kind: string, detail: (view: NodeView) => string = () => ''): Describe =>
  (view) => ({ kind, detail: detail(view) });

/** [2, 2] as "2", [1, 2] as "1×2"; undefined where all are 1. */
function steps(values: readonly number[] | undefined): string | undefined {
  if (!values?.length || values.every((v) => v === 1)) return undefined;
  return values.every((v) => v === values[0]) ? String(values[0]) : values.join('×');
}

const prefixed = (prefix: string, text: string | undefined): string | undefined => text && prefix + text;
const number = (value: number): string => String(Number(value.toPrecision(4)));
const axesText = (axes: readonly number[] | undefined): string => (axes?.length ? `axis ${axes.join(' ')}` : '');

const between = (a: Dim | undefined, b: Dim | undefined): string => (a === undefined || b === undefined ? '' : `${a}→${b}`);

/** A convolution whose weight is input w: output channels, channels per group, kernel. */
const convolution =
  (w: number): Describe =>
  (view) => {
    const [output, perGroup, ...kernel] = view.shape(w) ?? [];
    const group = view.int('group', 1);
    const input = typeof perGroup === 'number' ? perGroup * group : view.shape(0)?.[1];
    const depthwise = group > 1 && perGroup === 1;
    return {
      kind: depthwise ? 'Depthwise conv' : 'Conv',
      detail: list(
        depthwise && input === output ? String(output) : between(input, output),
        kernel.join('×'),
        prefixed('s', steps(view.ints('strides'))),
        prefixed('d', steps(view.ints('dilations'))),
        group > 1 && !depthwise && `groups ${group}`,
      ),
    };
  };

const transposedConvolution: Describe = (view) => {
  const [input, perGroup, ...kernel] = view.shape(1) ?? [];
  const group = view.int('group', 1);
  const output = typeof perGroup === 'number' ? perGroup * group : view.output()?.[1];
  return {
    kind: 'Transposed conv',
    detail: list(
      between(input, output),
      kernel.join('×'),
      prefixed('s', steps(view.ints('strides'))),
      prefixed('d', steps(view.ints('dilations'))),
      group > 1 && `groups ${group}`,
    ),
  };
};

const pool = (kind: string): Describe =>
  named(kind, (view) =>
    list(view.ints('kernel_shape')?.join('×'), prefixed('s', steps(view.ints('strides'))), prefixed('d', steps(view.ints('dilations')))),
  );

/** "in→out" of a matrix weight. */
const linear = (input: Dim | undefined, output: Dim | undefined): Kind => ({ kind: 'Linear', detail: between(input, output) });

const gemm: Describe = (view) => {
  const b = view.shape(1);
  if (!view.isWeight(1) || !b) return { kind: 'Matrix product', detail: '' };
  return view.int('transB', 0) ? linear(b[1], b[0]) : linear(b[0], b[1]);
};

const matMul =
  (b: number): Describe =>
  (view) => {
    const weight = view.shape(b);
    const left = view.shape(0);
    if ((view.isWeight(b) || view.isConstant(b)) && weight?.length === 2) return linear(weight[0], weight[1]);
    if (view.isWeight(0) && left?.length === 2) return linear(left[1], left[0]);
    return { kind: 'Matrix product', detail: '' };
  };

const clip: Describe = (view) => {
  const low = view.node.inputs[1] ? view.constant(1)?.[0] : Number.NEGATIVE_INFINITY;
  const high = view.node.inputs[2] ? view.constant(2)?.[0] : Number.POSITIVE_INFINITY;
  if (low === 0 && high === 6) return { kind: 'ReLU6', detail: '' };
  return { kind: 'Clip', detail: low === undefined || high === undefined ? '' : `${bound(low)} … ${bound(high)}` };
};

const bound = (value: number): string => (Number.isFinite(value) ? number(value) : value < 0 ? '−∞' : '∞');

/** A mean over all axes after the channels is what frameworks export for a global average pool. */
const mean: Describe = (view) => {
  const shape = view.shape(0);
  const axes = view.constant(1)?.map((axis) => (axis < 0 && shape ? axis + shape.length : axis));
  if (shape?.length === 4 && axes?.length === 2 && axes.includes(2) && axes.includes(3)) return { kind: 'Global average pool', detail: '' };
  return { kind: 'Mean', detail: axesText(view.constant(1)) };
};

const reduction = (kind: string): Describe => named(kind, (view) => axesText(view.constant(1)));
const channels = (kind: string): Describe => named(kind, (view) => String(view.shape(1)?.[0] ?? ''));
const normalised = (kind: string): Describe => named(kind, (view) => view.shape(1)?.join('×') ?? '');
const alpha = (kind: string, fallback: number): Describe => named(kind, (view) => number(view.float('alpha') ?? fallback));
const axis = (kind: string, fallback: number): Describe => named(kind, (view) => `axis ${view.int('axis', fallback)}`);

const recurrent = (kind: string): Describe =>
  named(kind, (view) => {
    const direction = view.string('direction', 'forward');
    return list(between(view.shape(1)?.[2], view.shape(2)?.[2]), direction !== 'forward' && direction);
  });

const resize: Describe = (view) => {
  const [x, y] = [view.shape(0), view.output()];
  const ratio = (i: number): number | undefined => {
    const [from, to] = [x?.[i], y?.[i]];
    return typeof from === 'number' && typeof to === 'number' && from > 0 ? to / from : undefined;
  };
  const ratios = (x ?? []).flatMap((_, i) => (i < 2 ? [] : [ratio(i)]));
  const same = ratios.length > 0 && ratios[0] !== undefined && ratios.every((r) => r === ratios[0]);
  const mode = view.string('mode', 'nearest');
  return { kind: 'Resize', detail: list(mode, same ? `×${number(ratios[0] as number)}` : spatial(y)) };
};

const spatial = (shape: Shape | undefined): string => shape?.slice(2).join('×') ?? '';

const gather: Describe = (view) => {
  const table = view.shape(0);
  if (view.isWeight(0) && table?.length === 2 && view.int('axis', 0) === 0) return { kind: 'Embedding', detail: table.join('×') };
  return { kind: 'Gather', detail: `axis ${view.int('axis', 0)}` };
};

const binary =
  (kind: string, withWeight: string): Describe =>
  (view) => ({
    kind: view.isWeight(0) || view.isWeight(1) ? withWeight : kind,
    detail: '',
  });

/** Kinds by operator; the key outside ONNX's own domain is `domain:operator`. */
export const KINDS: Readonly<Record<string, Describe>> = {
  Conv: convolution(1),
  ConvInteger: convolution(1),
  QLinearConv: convolution(3),
  DeformConv: (view) => ({ ...convolution(1)(view), kind: 'Deformable conv' }),
  ConvTranspose: transposedConvolution,
  MaxPool: pool('Max pool'),
  AveragePool: pool('Average pool'),
  LpPool: pool('Lp pool'),
  GlobalAveragePool: named('Global average pool'),
  GlobalMaxPool: named('Global max pool'),
  GlobalLpPool: named('Global Lp pool'),
  Gemm: gemm,
  MatMul: matMul(1),
  MatMulInteger: matMul(1),
  QLinearMatMul: matMul(3),
  Einsum: named('Einsum', (view) => view.string('equation', '')),

  BatchNormalization: channels('Batch norm'),
  InstanceNormalization: channels('Instance norm'),
  GroupNormalization: named('Group norm', (view) => list(String(view.shape(1)?.[0] ?? ''), `groups ${view.int('num_groups', 1)}`)),
  LayerNormalization: normalised('Layer norm'),
  RMSNormalization: normalised('RMS norm'),
  LRN: named('Local response norm', (view) => `size ${view.int('size', 1)}`),
  LpNormalization: axis('Lp norm', -1),
  MeanVarianceNormalization: named('Mean-variance norm'),

  Relu: named('ReLU'),
  Clip: clip,
  LeakyRelu: alpha('Leaky ReLU', 0.01),
  PRelu: named('PReLU', (view) => view.shape(1)?.join('×') ?? ''),
  ThresholdedRelu: alpha('Thresholded ReLU', 1),
  Elu: alpha('ELU', 1),
  Celu: alpha('CELU', 1),
  Selu: named('SELU'),
  Gelu: named('GELU', (view) => (view.string('approximate', 'none') === 'tanh' ? 'tanh' : '')),
  Swish: named('SiLU'),
  HardSwish: named('Hard swish'),
  HardSigmoid: named('Hard sigmoid'),
  Softmax: axis('Softmax', -1),
  LogSoftmax: axis('Log softmax', -1),
  Hardmax: axis('Hardmax', -1),
  Softplus: named('Softplus'),
  Softsign: named('Softsign'),

  Add: binary('Add', 'Bias'),
  Sub: named('Subtract'),
  Mul: binary('Multiply', 'Scale'),
  Div: named('Divide'),
  Pow: named('Power'),
  Sqrt: named('Square root'),
  Neg: named('Negate'),
  Abs: named('Absolute value'),

  ReduceMean: mean,
  ReduceSum: reduction('Sum over axes'),
  ReduceMax: reduction('Maximum over axes'),
  ReduceMin: reduction('Minimum over axes'),
  ReduceProd: reduction('Product over axes'),
  ReduceL1: reduction('L1 norm'),
  ReduceL2: reduction('L2 norm'),
  ReduceLogSumExp: reduction('Log-sum-exp'),
  ArgMax: axis('Arg max', 0),
  ArgMin: axis('Arg min', 0),
  TopK: named('Top k', (view) => String(view.constant(1)?.[0] ?? '')),

  Concat: axis('Concat', 1),
  Split: axis('Split', 0),
  Slice: named('Slice', (view) => axesText(view.constant(3))),
  Gather: gather,
  Reshape: named('Reshape', (view) => view.output()?.join('×') ?? ''),
  Flatten: axis('Flatten', 1),
  Transpose: named('Transpose', (view) => view.ints('perm')?.join(' ') ?? ''),
  Squeeze: named('Squeeze', (view) => axesText(view.constant(1))),
  Unsqueeze: named('Unsqueeze', (view) => axesText(view.constant(1))),
  Pad: named('Pad', (view) => list(view.constant(1)?.join(' '), view.string('mode', 'constant') !== 'constant' && view.string('mode', ''))),
  Resize: resize,
  DepthToSpace: named('Depth to space', (view) => `×${view.int('blocksize', 1)}`),
  SpaceToDepth: named('Space to depth', (view) => `×${view.int('blocksize', 1)}`),

  RNN: recurrent('RNN'),
  GRU: recurrent('GRU'),
  LSTM: recurrent('LSTM'),
  Attention: named('Attention', (view) => (view.int('q_num_heads', 0) ? `heads ${view.int('q_num_heads', 0)}` : '')),
  'com.microsoft:Attention': named('Attention', (view) => `heads ${view.int('num_heads', 1)}`),
  'com.microsoft:MultiHeadAttention': named('Attention', (view) => `heads ${view.int('num_heads', 1)}`),
  QuantizeLinear: named('Quantize'),
  DequantizeLinear: named('Dequantize'),
  DynamicQuantizeLinear: named('Quantize', () => 'dynamic'),
};
