import { floatAttribute, floatsAttribute, intAttribute, intsAttribute, type Node, stringAttribute } from '../../../graph/graph.ts';
import { type Apply, forEach, type Row, type Site, stripped, trimmed, withInput } from './row.ts';

/** A list of integers that became the input at `at`; an empty list counts as absent. */
const listToInput =
  (name: string, at: number): Apply =>
  (node, site) => {
    const values = intsAttribute(node, name);
    const rest = stripped(node, name);
    return values?.length ? { ...rest, inputs: withInput(node.inputs, at, site.ints(name, values)) } : rest;
  };

/** Bounds that are absent stay so: the default is the range of the dtype in either form. */
function clip(node: Node, site: Site): Node {
  const [x = ''] = node.inputs;
  const bound = (name: 'min' | 'max') => {
    const value = floatAttribute(node, name);
    return value === undefined ? '' : site.like(x, name, [], [value]);
  };
  return { ...stripped(node, 'min', 'max'), inputs: trimmed([x, bound('min'), bound('max')]) };
}

function pad(node: Node, site: Site): Node {
  const [x = ''] = node.inputs;
  const value = floatAttribute(node, 'value', 0);
  const constant = value !== 0 && stringAttribute(node, 'mode', 'constant') === 'constant' ? [site.like(x, 'value', [], [value])] : [];
  return { ...stripped(node, 'pads', 'value'), inputs: [x, site.ints('pads', intsAttribute(node, 'pads', [])), ...constant] };
}

function slice(node: Node, site: Site): Node {
  const [x = ''] = node.inputs;
  const starts = intsAttribute(node, 'starts', []);
  const axes = intsAttribute(node, 'axes', [...starts.keys()]);
  const inputs = [x, site.ints('starts', starts), site.ints('ends', intsAttribute(node, 'ends', [])), site.ints('axes', axes)];
  return { ...stripped(node, 'starts', 'ends', 'axes'), inputs };
}

function topK(node: Node, site: Site): Node {
  return { ...stripped(node, 'k'), inputs: withInput(node.inputs, 1, site.ints('k', [intAttribute(node, 'k', 1)])) };
}

/** Inference, as all before opset 12: nothing is dropped, whatever the ratio. What the mask is then was left open until there. */
function dropout(node: Node, site: Site): Node {
  const [y = '', mask = ''] = node.outputs;
  if (site.isRead(mask)) throw site.unsupported('the mask of what is dropped');
  const ratio = site.floats('ratio', [], [floatAttribute(node, 'ratio', 0.5)]);
  return { ...stripped(node, 'ratio'), inputs: withInput(node.inputs, 1, ratio), outputs: [y] };
}

function upsample(node: Node, site: Site): Node {
  const scales = floatsAttribute(node, 'scales', []);
  return { ...stripped(node, 'scales'), inputs: withInput(node.inputs, 1, site.floats('scales', [scales.length], scales)) };
}

function dft(node: Node, site: Site): Node {
  return { ...stripped(node, 'axis'), inputs: withInput(node.inputs, 2, site.int('axis', intAttribute(node, 'axis', 1))) };
}

/** Without lengths the parts are equal, and their number must be told. */
function splitCount(node: Node): Node {
  if (node.inputs[1]) return node;
  return { ...node, attributes: { ...node.attributes, num_outputs: { type: 'int', value: node.outputs.length } } };
}

export const ATTRIBUTES_TO_INPUTS: readonly Row[] = [
  { op: 'Upsample', since: 9, apply: upsample },
  { op: 'Slice', since: 10, apply: slice },
  { op: 'TopK', since: 10, apply: topK },
  { op: 'Clip', since: 11, apply: clip },
  { op: 'Pad', since: 11, apply: pad },
  { op: 'Dropout', since: 12, apply: dropout },
  { op: 'Split', since: 13, apply: listToInput('split', 1) },
  { op: 'Split', since: 18, apply: splitCount },
  ...forEach('ReduceSum Squeeze Unsqueeze', 13, listToInput('axes', 1)),
  ...forEach(
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSumSquare',
    18,
    listToInput('axes', 1),
  ),
  { op: 'DFT', since: 20, apply: dft },
];
