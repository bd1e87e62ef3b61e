import { type Attributes, intAttribute, intsAttribute, type Node, type Port } from '../../../graph/graph.ts';
import type { Row, Site } from './row.ts';

/**
 * Opset 8's Scan ran over axis 1 of a batch, its states and inputs having the batch as axis 0; since 9 there is no batch.
 * The same is a Scan over the batch whose body is the Scan over the sequence.
 */
function unbatched(node: Node, site: Site): Node {
  const [lengths = '', ...inputs] = node.inputs;
  if (lengths !== '') throw site.unsupported('sequences of different lengths (its input sequence_lens)');
  const body = node.attributes.body;
  if (body?.type !== 'graph') throw new TypeError(`node ${node.name} (Scan): has no body`);
  const scanned = intAttribute(node, 'num_scan_inputs', 1);
  const directions = intsAttribute(node, 'directions');
  const ofSequence: Attributes = {
    body,
    num_scan_inputs: { type: 'int', value: scanned },
    ...(directions && { scan_input_directions: { type: 'ints', value: directions } }),
  };
  const states = inputs.length - scanned;
  // Of a sequence's own element only the dtype is kept: its length stands in front of the body's shape.
  const port = (inner: Port | undefined, name: string, isState: boolean): Port => ({
    name,
    ...(inner?.dtype && { dtype: inner.dtype }),
    ...(isState && inner?.shape && { shape: inner.shape }),
  });
  const sampleInputs = inputs.map((_, i) => port(body.value.inputs[i], site.fresh(`${node.name}~sample${i}`), i < states));
  const sampleOutputs = node.outputs.map((_, i) => port(body.value.outputs[i], site.fresh(`${node.name}~result${i}`), i < states));
  const sequence: Node = {
    ...node,
    name: site.fresh(`${node.name}~sequence`),
    inputs: sampleInputs.map((p) => p.name),
    outputs: sampleOutputs.map((p) => p.name),
    attributes: ofSequence,
  };
  const overBatch = {
    name: `${node.name}~batch`,
    inputs: sampleInputs,
    outputs: sampleOutputs,
    nodes: [sequence],
    initializers: new Map(),
    values: new Map(),
    domains: new Map(),
  };
  return {
    ...node,
    inputs,
    attributes: { body: { type: 'graph', value: overBatch }, num_scan_inputs: { type: 'int', value: inputs.length } },
  };
}

export const SCAN: readonly Row[] = [{ op: 'Scan', since: 9, apply: unbatched }];
