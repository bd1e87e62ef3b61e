import { floatAttribute, intAttribute, intsAttribute, type Node, stringAttribute } from '../../../graph/graph.ts';
import { DTYPES } from '../../../tensor/dtype.ts';
import { type Apply, forEach, type Row, type Site, stripped, withInput } from './row.ts';

/** Before opset 7 two operands broadcast only where `broadcast` said so, the second one's axes beginning at `axis` of the first. */
function broadcast(node: Node, site: Site): Node {
  const [a = '', b = ''] = node.inputs;
  const rest = stripped(node, 'broadcast', 'axis');
  const axis = intAttribute(node, 'axis');
  if (!intAttribute(node, 'broadcast', 0) || axis === undefined) return rest;
  const inner = site.info(b).shape?.length;
  const outer = site.info(a).shape?.length;
  if (inner === 0) return rest;
  if (inner === undefined || outer === undefined) throw site.unsupported('broadcasting along an axis, and the ranks are not known');
  const missing = outer - (axis < 0 ? axis + outer : axis) - inner;
  if (missing <= 0) return rest;
  const axes = Array.from({ length: missing }, (_, i) => inner + i);
  return { ...rest, inputs: [a, site.op('Unsqueeze', [b], { axes })] };
}

/** Slopes were one per channel; now they broadcast as other operands do. */
function prelu(node: Node, site: Site): Node {
  const [x = '', slope = ''] = node.inputs;
  const { shape } = site.info(slope);
  const rank = site.info(x).shape?.length;
  if (shape === undefined || (rank === undefined && shape[0] !== 1))
    throw site.unsupported('slopes by channel, and the ranks are not known');
  if (shape.length !== 1 || shape[0] === 1 || rank === undefined || rank <= 2) return node;
  const axes = Array.from({ length: rank - 2 }, (_, i) => 1 + i);
  return { ...node, inputs: [x, site.op('Unsqueeze', [slope], { axes })] };
}

const DTYPE_CODES: ReadonlyMap<string, number> = new Map([
  ...Object.entries(DTYPES).map(([name, { code }]) => [name.toUpperCase(), code] as const),
  ['FLOAT', DTYPES.float32.code],
  ['DOUBLE', DTYPES.float64.code],
]);

/** The dtype was a name. */
function cast(node: Node, site: Site): Node {
  const to = stringAttribute(node, 'to', '');
  const value = DTYPE_CODES.get(to.toUpperCase());
  if (value === undefined) throw site.unsupported(`the type ${to}`);
  return { ...node, attributes: { to: { type: 'int', value } } };
}

function reshape(node: Node, site: Site): Node {
  return {
    ...stripped(node, 'shape', 'consumed_inputs'),
    inputs: withInput(node.inputs, 1, site.ints('shape', intsAttribute(node, 'shape', []))),
  };
}

function pad(node: Node): Node {
  const { paddings, ...rest } = node.attributes;
  return { ...node, attributes: paddings ? { ...rest, pads: paddings } : rest };
}

function split(node: Node, site: Site): Node {
  const [x = '', lengths = ''] = node.inputs;
  if (lengths === '') return node;
  const value = site.numbers(lengths);
  if (!value) throw site.unsupported('lengths that are computed');
  return { ...node, inputs: [x], attributes: { ...node.attributes, split: { type: 'ints', value } } };
}

function tile(node: Node, site: Site): Node {
  const [x = '', tiles = '', axis = ''] = node.inputs;
  const rank = site.info(x).shape?.length;
  const [count] = site.numbers(tiles) ?? [];
  const [along] = site.numbers(axis) ?? [];
  if (rank === undefined || count === undefined || along === undefined) throw site.unsupported('repetitions that are computed');
  const repeats = Array.from({ length: rank }, (_, i) => (i === along ? count : 1));
  return { ...node, inputs: [x, site.ints('repeats', repeats)] };
}

function upsample(node: Node): Node {
  const scales = [1, 1, floatAttribute(node, 'height_scale', 1), floatAttribute(node, 'width_scale', 1)];
  return {
    ...node,
    attributes: { ...stripped(node, 'height_scale', 'width_scale').attributes, scales: { type: 'floats', value: scales } },
  };
}

/** The order of a norm was a float. */
function order(node: Node, site: Site): Node {
  const value = floatAttribute(node, 'p', 2);
  if (!Number.isInteger(value)) throw site.unsupported(`a norm of order ${value}`);
  return { ...node, attributes: { ...node.attributes, p: { type: 'int', value } } };
}

function concat(node: Node): Node {
  return node.attributes.axis ? node : { ...node, attributes: { axis: { type: 'int', value: 1 } } };
}

/** The constants had fewer digits. */
function selu(node: Node): Node {
  const attributes = { alpha: { type: 'float', value: 1.6732 }, gamma: { type: 'float', value: 1.0507 } } as const;
  return { ...node, attributes: { ...attributes, ...stripped(node, 'consumed_inputs').attributes } };
}

/** Inference was told by an attribute; since then, by there being one output. */
function batchNormalization(node: Node): Node {
  const rest = stripped(node, 'is_test');
  return intAttribute(node, 'is_test', 0) ? { ...rest, outputs: node.outputs.slice(0, 1) } : rest;
}

const drop =
  (...names: readonly string[]): Apply =>
  (node) =>
    stripped(node, ...names);

const INPLACE =
  'Abs Add BatchNormalization Ceil Clip Div Dropout Elu Exp Floor HardSigmoid InstanceNormalization LeakyRelu Log Max Mean Min Mul Neg ' +
  'PRelu Reciprocal Relu Sigmoid Sqrt Sub Sum Tanh';

/** Opsets 1 to 6, which engines no longer run. */
export const LEGACY: readonly Row[] = [
  ...forEach('GlobalLpPool LpPool', 2, order),
  { op: 'Pad', since: 2, apply: pad },
  { op: 'Split', since: 2, apply: split },
  { op: 'Concat', since: 4, apply: concat },
  { op: 'Reshape', since: 5, apply: reshape },
  ...forEach(INPLACE, 6, drop('consumed_inputs')),
  { op: 'Cast', since: 6, apply: cast },
  { op: 'Selu', since: 6, apply: selu },
  { op: 'Tile', since: 6, apply: tile },
  ...forEach('Add And Div Equal Greater Less Mul Or Pow Sub Xor', 7, broadcast),
  { op: 'BatchNormalization', since: 7, apply: batchNormalization },
  { op: 'Dropout', since: 7, apply: drop('is_test') },
  { op: 'Gemm', since: 7, apply: drop('broadcast') },
  ...forEach('GRU LSTM RNN', 7, drop('output_sequence')),
  { op: 'PRelu', since: 7, apply: prelu },
  { op: 'Upsample', since: 7, apply: upsample },
];
