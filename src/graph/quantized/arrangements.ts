import { type Node, stringAttribute } from '../graph.ts';
import type { Quantisation, Rewrite, Rewriting } from './rewriting.ts';

/** Only a quantisation with one scale for the whole value survives a change of its shape. */
function quantisationOf(value: string, into: Rewriting): Quantisation | undefined {
  const quantisation = into.quantisationOf(value);
  return quantisation?.isUniform ? quantisation : undefined;
}

const numbers = (node: Node, into: Rewriting, value: string, { scale, zeroPoint }: Quantisation): string =>
  into.numbers(node, value, scale, zeroPoint);

/** Takes the same numbers in another arrangement, or the largest of some: on floats as on integers. */
const arrangement: Rewrite = (node, into) => {
  const [x = '', ...others] = node.inputs;
  const quantisation = quantisationOf(x, into);
  if (!quantisation) return false;
  into.emit({ ...node, inputs: [numbers(node, into, x, quantisation), ...others] });
  const outputs = node.op === 'MaxPool' ? node.outputs.slice(0, 1) : node.outputs;
  for (const output of outputs) into.setFloat(output, quantisation);
  return true;
};

const nearest: Rewrite = (node, into) => stringAttribute(node, 'mode', 'nearest') === 'nearest' && arrangement(node, into);

const concat: Rewrite = (node, into) => {
  const parts = node.inputs.map((name) => quantisationOf(name, into));
  const [first] = parts;
  if (!first || !parts.every((part) => part?.scale === first.scale && part.zeroPoint === first.zeroPoint)) return false;
  into.emit({ ...node, inputs: node.inputs.map((name) => numbers(node, into, name, first)) });
  for (const output of node.outputs) into.setFloat(output, first);
  return true;
};

/** Fills with the number that its integer, or the integer 0, stands for. */
const pad: Rewrite = (node, into) => {
  const [x = '', pads = '', value = '', axes = ''] = node.inputs;
  const quantisation = quantisationOf(x, into);
  const fill = value || (quantisation && into.zero(quantisation.dtype));
  if (!quantisation || !fill) return false;
  const inputs = [numbers(node, into, x, quantisation), pads, numbers(node, into, fill, quantisation), ...(axes ? [axes] : [])];
  into.emit({ ...node, inputs });
  for (const output of node.outputs) into.setFloat(output, quantisation);
  return true;
};

/**
 * Bounds of integers, as PyTorch exports a fake quantisation to 7 bits. They are moved outwards by a quarter of a step, which the
 * quantisation behind takes back: so numbers on the bounds keep their gradient, as in PyTorch's fake quantisation.
 */
const clip: Rewrite = (node, into) => {
  const [x = '', low = '', high = ''] = node.inputs;
  const quantisation = quantisationOf(x, into);
  if (!quantisation) return false;
  const quarter = into.op(node, 'Mul', [quantisation.scale, into.number(0.25)]);
  const bound = (value: string, op: 'Add' | 'Sub'): string =>
    value === '' ? '' : into.op(node, op, [numbers(node, into, value, quantisation), quarter]);
  into.quantizedLayer(node, 'Clip', [numbers(node, into, x, quantisation), bound(low, 'Sub'), bound(high, 'Add')], {}, quantisation);
  return true;
};

/** Operators that take quantised integers as they take floats. */
export const ARRANGEMENTS: Readonly<Record<string, Rewrite>> = {
  ...Object.fromEntries(
    'DepthToSpace Expand Flatten Gather Identity MaxPool Reshape Slice SpaceToDepth Split Squeeze Tile Transpose Unsqueeze'
      .split(' ')
      .map((op) => [op, arrangement]),
  ),
  Clip: clip,
  Concat: concat,
  Pad: pad,
  Resize: nearest,
};
