import { modelFile, type NodeFields, port } from '../unit/formats/hostile.ts';

const node = (name: string, op: string, ...inputs: readonly string[]): NodeFields => ({ name, op, inputs, outputs: [name] });

/** A convolution of an 8×8 image whose weights are all the same, some layers, and the mean of each channel as its class. */
function network(weight: number, layers: readonly NodeFields[]): Uint8Array {
  const weights = new Float32Array(4 * 3).fill(weight);
  return modelFile({
    nodes: [
      node('conv', 'Conv', 'x', 'weights'),
      ...layers,
      node('pool', 'GlobalAveragePool', layers.at(-1)?.outputs[0] ?? 'conv'),
      node('y', 'Flatten', 'pool'),
    ],
    tensors: [{ name: 'weights', dims: [4, 3, 1, 1], raw: new Uint8Array(weights.buffer) }],
    inputs: [port('x', [1, 3, 8, 8])],
    outputs: [port('y', [1, 4])],
  });
}

/** The logarithm of negative numbers. */
export const lostScore = (): Uint8Array => network(-1, [node('log', 'Log', 'conv')]);

/** √(0 · 0), which is 0 and has no gradient. */
export const lostGradient = (): Uint8Array => network(0, [node('square', 'Mul', 'conv', 'conv'), node('root', 'Sqrt', 'square')]);
