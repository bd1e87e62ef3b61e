import { intAttribute, type Node } from '../../../graph/graph.ts';
import type { Shape } from '../../../tensor/shape.ts';
import { forEach, type Row, type Site } from './row.ts';

/**
 * Before opset 13 these normalised over all axes from `axis` on together (default 1), since then over `axis` alone. Where only one
 * of the axes from there on is longer than 1, that is the same; else the value is flattened to two dimensions and back.
 */
function coerced(node: Node, site: Site): Node {
  const [x = ''] = node.inputs;
  const axis = intAttribute(node, 'axis', 1);
  const along = (value: number): Node => ({ ...node, attributes: { ...node.attributes, axis: { type: 'int', value } } });
  if (axis === -1) return node.attributes.axis ? node : along(-1);
  const { shape } = site.info(x);
  const only = shape && singleAxis(shape, axis);
  if (only !== undefined) return along(only);
  const flat = site.fresh(`${x}~flat`);
  const result = site.fresh(`${node.outputs[0]}~flat`);
  site.add({
    ...node,
    name: site.fresh(`${node.name}~Flatten`),
    op: 'Flatten',
    inputs: [x],
    outputs: [flat],
    attributes: { axis: { type: 'int', value: axis } },
  });
  site.add({ ...along(-1), inputs: [flat], outputs: [result] });
  const back = site.op('Shape', [x]);
  return { ...node, name: site.fresh(`${node.name}~Reshape`), op: 'Reshape', inputs: [result, back], attributes: {} };
}

/** The only axis from `from` on that may be longer than 1. */
function singleAxis(shape: Shape, from: number): number | undefined {
  const start = from < 0 ? from + shape.length : from;
  const long = [...shape.keys()].filter((axis) => axis >= start && shape[axis] !== 1);
  if (long.length > 1 || start < 0 || start >= shape.length) return undefined;
  return long[0] ?? start;
}

export const SOFTMAX: readonly Row[] = forEach('Softmax LogSoftmax Hardmax', 13, coerced);
