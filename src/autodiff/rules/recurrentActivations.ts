import type { GraphBuilder } from '../../graph/builder.ts';
import { float, floatAttribute, floatsAttribute, type Node, stringsAttribute } from '../../graph/graph.ts';

/** An activation function of RNN, GRU and LSTM; alpha and beta are the defaults of those that it has. */
interface Activation {
  readonly alpha?: number;
  readonly beta?: number;
  readonly apply: (builder: GraphBuilder, x: string, alpha: number, beta: number) => string;
}

const plain = (op: string): Activation => ({ apply: (builder, x) => builder.op(op, [x]) });
const withAlpha = (op: string, alpha: number): Activation => ({
  alpha,
  apply: (builder, x, a) => builder.op(op, [x], { alpha: float(a) }),
});
const scaled = (builder: GraphBuilder, x: string, factor: number): string => (factor === 1 ? x : builder.mul(x, builder.float(factor)));

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  relu: plain('Relu'),
  tanh: plain('Tanh'),
  sigmoid: plain('Sigmoid'),
  softsign: plain('Softsign'),
  softplus: plain('Softplus'),
  elu: withAlpha('Elu', 1),
  leakyrelu: withAlpha('LeakyRelu', 0.01),
  thresholdedrelu: withAlpha('ThresholdedRelu', 1),
  hardsigmoid: {
    alpha: 0.2,
    beta: 0.5,
    apply: (builder, x, alpha, beta) => builder.op('HardSigmoid', [x], { alpha: float(alpha), beta: float(beta) }),
  },
  affine: { alpha: 1, beta: 0, apply: (builder, x, alpha, beta) => builder.add(scaled(builder, x, alpha), builder.float(beta)) },
  scaledtanh: {
    alpha: 1,
    beta: 1,
    apply: (builder, x, alpha, beta) => scaled(builder, builder.op('Tanh', [scaled(builder, x, beta)]), alpha),
  },
};

/**
 * The activation functions of a recurrent node, by direction and place: what they are applied to is clipped where the node says so.
 * undefined where the node names one that is not known.
 */
export function activationsOf(node: Node, directions: number, defaults: readonly string[]): Activate[][] | undefined {
  const names = stringsAttribute(node, 'activations', []);
  const chosen = names.length > 0 ? names : Array.from({ length: directions }, () => defaults).flat();
  const [alphas, betas] = ['activation_alpha', 'activation_beta'].map((name) => [...floatsAttribute(node, name, [])]) as [
    number[],
    number[],
  ];
  if (chosen.length !== directions * defaults.length) return undefined;
  const clip = floatAttribute(node, 'clip', 0);
  const all: Activate[] = [];
  for (const [k, name] of chosen.entries()) {
    const key = name.toLowerCase();
    const activation = Object.hasOwn(ACTIVATIONS, key) ? ACTIVATIONS[key] : undefined;
    if (!activation) return undefined;
    // Each function takes the next of the values, where it has such a parameter.
    const alpha = activation.alpha === undefined ? 0 : (alphas.shift() ?? activation.alpha);
    const beta = activation.beta === undefined ? 0 : (betas.shift() ?? activation.beta);
    // The state of an LSTM's cell is not clipped before its output is made.
    const limit = k % defaults.length === 2 ? 0 : clip;
    all.push((builder, x) => activation.apply(builder, clipped(builder, x, limit), alpha, beta));
  }
  return Array.from({ length: directions }, (_, d) => all.slice(d * defaults.length, (d + 1) * defaults.length));
}

export type Activate = (builder: GraphBuilder, x: string) => string;

const clipped = (builder: GraphBuilder, x: string, limit: number): string =>
  limit > 0 ? builder.op('Clip', [x, builder.float(-limit), builder.float(limit)]) : x;
