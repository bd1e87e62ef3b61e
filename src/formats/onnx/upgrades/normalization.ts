import { floatAttribute, intAttribute, type Node } from '../../../graph/graph.ts';
import { type Row, type Site, stripped } from './row.ts';

/** With spatial = 0, scale, bias, mean and variance were one per element of a sample. */
function spatial(node: Node, site: Site): Node {
  const rest = stripped(node, 'spatial');
  if (intAttribute(node, 'spatial', 1) !== 0) return rest;
  const [x = '', scale = '', bias = '', mean = '', variance = ''] = node.inputs;
  if (node.outputs.length > 1) throw site.unsupported('training with a scale for every element');
  const epsilon = site.like(x, 'epsilon', [], [floatAttribute(node, 'epsilon', 1e-5)]);
  const deviation = site.op('Sqrt', [site.op('Add', [variance, epsilon])]);
  const normal = site.op('Div', [site.op('Sub', [x, mean]), deviation]);
  return { ...node, op: 'Add', inputs: [site.op('Mul', [normal, scale]), bias], outputs: node.outputs.slice(0, 1), attributes: {} };
}

/** Before opset 14, training was told by the outputs that only it has: running and batch statistics. */
function training(node: Node, site: Site): Node {
  const [y = '', mean = '', variance = '', ...batch] = node.outputs;
  if ([mean, variance, ...batch].every((name) => name === '')) return { ...node, outputs: [y] };
  if (batch.some((name) => site.isRead(name))) throw site.unsupported('the statistics of the batch that training computes');
  const outputs = [y, mean || site.fresh(`${node.name}~mean`), variance || site.fresh(`${node.name}~variance`)];
  return { ...node, outputs, attributes: { ...node.attributes, training_mode: { type: 'int', value: 1 } } };
}

/** Scale and bias were one per group; now they are one per channel. */
function perChannel(node: Node, site: Site): Node {
  const [x = '', scale = '', bias = ''] = node.inputs;
  const groups = intAttribute(node, 'num_groups', 1);
  const channels = site.info(x).shape?.[1];
  const ofGroup =
    typeof channels === 'number'
      ? site.ints('channels', [1, channels / groups])
      : site.op(
          'Concat',
          [site.ints('one', [1]), site.op('Div', [site.op('Shape', [x], { start: 1, end: 2 }), site.ints('groups', [groups])])],
          { axis: 0 },
        );
  const column = site.ints('column', [groups, 1]);
  const all = site.ints('all', [-1]);
  const repeated = (value: string): string => site.op('Reshape', [site.op('Tile', [site.op('Reshape', [value, column]), ofGroup]), all]);
  return { ...node, inputs: [x, repeated(scale), repeated(bias)] };
}

export const NORMALIZATION: readonly Row[] = [
  { op: 'BatchNormalization', since: 9, apply: spatial },
  { op: 'BatchNormalization', since: 14, apply: training },
  { op: 'GroupNormalization', since: 21, apply: perChannel },
];
