import { floatAttribute, intAttribute, type Node, OPSET, stringAttribute } from '../../../graph/graph.ts';
import { DTYPES } from '../../../tensor/dtype.ts';
import { type Apply, forEach, type Row, type Site, stripped, trimmed } from './row.ts';

/** x · sigmoid(alpha · x), alpha being 1 where it is not given. */
function swish(x: string, alpha: number, site: Site): string[] {
  const scaled = alpha === 1 ? x : site.op('Mul', [x, site.like(x, 'alpha', [], [alpha])]);
  return [x, site.op('Sigmoid', [scaled])];
}

function swishNode(node: Node, site: Site): Node {
  const [x = ''] = node.inputs;
  return { ...node, op: 'Mul', inputs: swish(x, floatAttribute(node, 'alpha', 1), site), attributes: {} };
}

function swiGlu(node: Node, site: Site): Node {
  const [gate = '', value = ''] = node.inputs;
  return { ...node, op: 'Mul', inputs: [site.op('Mul', swish(gate, floatAttribute(node, 'alpha', 1), site)), value], attributes: {} };
}

/** A depthwise convolution that looks only back, over the k - 1 elements that are carried from before (or zeros) and the input. */
function causalConv(node: Node, site: Site): Node {
  const [x = '', weight = '', bias = '', past = ''] = node.inputs;
  const [y = '', present = ''] = node.outputs;
  const [channels, , kernel] = site.info(weight).shape ?? [];
  if (typeof channels !== 'number' || typeof kernel !== 'number') throw site.unsupported('a kernel whose size is not known');
  const activation = stringAttribute(node, 'activation', 'none');
  const before = kernel - 1;
  const sequence = past ? site.op('Concat', [past, x], { axis: 2 }) : site.op('Pad', [x, site.ints('pads', [0, 0, before, 0, 0, 0])]);
  if (present !== '') {
    const carried = [sequence, site.ints('starts', [-before]), site.ints('ends', [2 ** 31 - 1]), site.ints('axes', [2])];
    // Of a kernel of 1 nothing is carried; a slice from -0 would be everything.
    if (before === 0) carried[1] = carried[2] as string;
    const name = site.fresh(`${node.name}~state`);
    site.add({ ...node, name, op: 'Slice', inputs: carried, outputs: [present], attributes: {} });
  }
  const inputs = trimmed([sequence, weight, bias]);
  if (activation === 'none') return { ...node, op: 'Conv', inputs, outputs: [y], attributes: { group: { type: 'int', value: channels } } };
  const linear = site.op('Conv', inputs, { group: channels });
  return { ...node, name: site.fresh(`${node.name}~Mul`), op: 'Mul', inputs: swish(linear, 1, site), outputs: [y], attributes: {} };
}

/** An input or attribute that an operator got: a node without it is as before. */
function windows(node: Node, site: Site): Node {
  for (const name of ['left_window_size', 'right_window_size'])
    if (intAttribute(node, name, -1) !== -1) throw site.unsupported(`its attribute ${name}`);
  return stripped(node, 'left_window_size', 'right_window_size');
}

/** Only casts to float8e8m0, a type that graphs do not have, are rounded by it. */
const castRounding: Apply = (node) => stripped(node, 'round_mode');

/** A range of 16-bit floats is computed in float32. */
function range(node: Node, site: Site): Node {
  const rest = stripped(node, 'stash_type');
  const dtype = node.inputs.map((name) => site.info(name).dtype).find((d) => d !== undefined);
  if (dtype !== 'float16' && dtype !== 'bfloat16') return rest;
  const wide = node.inputs.map((name) => site.op('Cast', [name], { to: DTYPES.float32.code }));
  return { ...rest, op: 'Cast', inputs: [site.op('Range', wide)], attributes: { to: { type: 'int', value: DTYPES[dtype].code } } };
}

function bitShift(node: Node, site: Site): Node {
  const { dtype } = site.info(node.inputs[0] ?? '');
  if (dtype?.startsWith('int')) throw site.unsupported(`shifting ${dtype}`);
  return node;
}

/** The remainder with the divisor's sign is defined for floats now: a - floor(a / b) · b. */
function mod(node: Node, site: Site): Node {
  const [a = '', b = ''] = node.inputs;
  const dtype = site.info(a).dtype ?? site.info(b).dtype;
  if (intAttribute(node, 'fmod', 0) === 1 || !(dtype?.startsWith('float') || dtype === 'bfloat16')) return node;
  const whole = site.op('Mul', [site.op('Floor', [site.op('Div', [a, b])]), b]);
  return { ...node, op: 'Sub', inputs: [a, whole], attributes: {} };
}

/** The products of an axis' elements up to each: those of rows in which the elements that do not count are 1. */
function cumulativeProduct(node: Node, site: Site): Node {
  const [x = '', axis = ''] = node.inputs;
  const [exclusive, reverse] = [intAttribute(node, 'exclusive', 0), intAttribute(node, 'reverse', 0)];
  const [one, rest, shape] = [site.ints('one', [1]), site.ints('rest', [-1]), site.op('Shape', [x])];
  const place = site.op('Cast', [site.op('Reshape', [axis, one])], { to: DTYPES.int64.code });
  const before = site.op('Slice', [shape, site.ints('first', [0]), place]);
  const outer = site.op('ReduceProd', [site.op('Concat', [one, before], { axis: 0 })]);
  const extent = site.op('Gather', [shape, place]);
  const columns = site.op('Reshape', [x, site.op('Concat', [outer, extent, rest], { axis: 0 })]);
  const square = site.op('Expand', [one, site.op('Concat', [extent, extent], { axis: 0 })]);
  const triangle = site.op('Trilu', [square, site.int('shift', exclusive * (reverse ? 1 : -1))], { upper: reverse });
  const counts = site.op('Cast', [site.op('Unsqueeze', [triangle, site.ints('column', [2])])], { to: DTYPES.bool.code });
  const rows = site.op('Where', [counts, site.op('Unsqueeze', [columns, one]), site.like(x, 'neutral', [], [1])]);
  return { ...node, op: 'Reshape', inputs: [site.op('ReduceProd', [rows, site.ints('row', [2])], { keepdims: 0 }), shape], attributes: {} };
}

/** Column-row-depth order is depth-column-row order with the channels, b·b blocks of C, transposed to C of b·b. */
function spaceToDepth(node: Node, site: Site): Node {
  const rest = stripped(node, 'mode');
  if (stringAttribute(node, 'mode', 'DCR') === 'DCR') return rest;
  const blocks = site.fresh(`${node.outputs[0]}~dcr`);
  site.add({ ...rest, outputs: [blocks] });
  const last = site.op('Transpose', [blocks], { perm: [0, 2, 3, 1] });
  const apart = site.op('Reshape', [last, site.ints('apart', [0, 0, 0, intAttribute(node, 'blocksize', 1) ** 2, -1])]);
  const swapped = site.op('Transpose', [apart], { perm: [0, 1, 2, 4, 3] });
  const together = site.op('Reshape', [swapped, site.ints('together', [0, 0, 0, -1])]);
  const perm = { type: 'ints', value: [0, 3, 1, 2] } as const;
  return { ...node, name: site.fresh(`${node.name}~Transpose`), op: 'Transpose', inputs: [together], attributes: { perm } };
}

/** Opsets beyond the graph's. */
export const NEWER: readonly Row[] = [
  ...forEach('Cast CastLike', 24, castRounding),
  { op: 'Swish', since: 24, apply: swishNode },
  { op: 'Attention', since: 25, apply: windows },
  { op: 'CumProd', since: 26, apply: cumulativeProduct },
  { op: 'CausalConvWithState', since: 27, apply: causalConv },
  { op: 'Range', since: 27, apply: range },
  { op: 'BitShift', since: 28, apply: bitShift },
  { op: 'Mod', since: 28, apply: mod },
  { op: 'SpaceToDepth', since: 28, apply: spaceToDepth },
  { op: 'SwiGLU', since: 28, apply: swiGlu },
  { op: 'BitCast', since: 26, apply: lacking },
  { op: 'LinearAttention', since: 27, apply: lacking },
];

function lacking(_node: Node, site: Site): never {
  throw site.unsupported(`an operator that only opsets after ${OPSET} have`);
}
