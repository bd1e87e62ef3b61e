import { float, floatAttribute, type Node, stringAttribute } from '../../../graph/graph.ts';
import type { Decompose, FusedSite } from './parts.ts';

/** Activations that ONNX Runtime fuses into the operator before them, with the names of their parameters in order. */
const ACTIVATIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Celu', ['alpha']],
  ['Elu', ['alpha']],
  ['HardSigmoid', ['alpha', 'beta']],
  ['HardSwish', []],
  ['LeakyRelu', ['alpha']],
  ['Relu', []],
  ['Selu', ['alpha', 'gamma']],
  ['Sigmoid', []],
  ['Softplus', []],
  ['Softsign', []],
  ['Tanh', []],
  ['ThresholdedRelu', ['alpha']],
]);

/**
 * The activation behind a fused operator, of the name in its attribute; x where there is none.
 * @param parameter its parameter of a name, or at a place
 */
export function activated(node: Node, x: string, parameter: (name: string, at: number) => number | undefined, site: FusedSite): string {
  const activation = stringAttribute(node, 'activation', '');
  if (activation === '') return x;
  if (activation === 'Clip') {
    const bound = (name: string, at: number): string => {
      const value = parameter(name, at);
      return value === undefined ? '' : site.like(node.inputs[0] ?? '', name, [], [value]);
    };
    return site.op('Clip', [x, bound('min', 0), bound('max', 1)]);
  }
  const names = ACTIVATIONS.get(activation);
  if (!names) throw site.unsupported(`the activation ${activation}`);
  const attributes = names.map((name, at) => {
    const value = parameter(name, at);
    return [name, value === undefined ? undefined : float(value)] as const;
  });
  return site.op(activation, [x], Object.fromEntries(attributes));
}

const approximated = { approximate: 'tanh' };
const gelu: Decompose = ({ inputs: [x = ''] }, site) => [site.op('Gelu', [x])];

const fastGelu: Decompose = ({ inputs: [x = '', bias = ''] }, site) => [site.op('Gelu', [site.biased(x, bias)], approximated)];

const biasGelu: Decompose = ({ inputs: [x = '', bias = ''] }, site) => [site.op('Gelu', [site.biased(x, bias)])];

/** x · sigmoid(α · x), α being 1.702 where it is not given */
const quickGelu: Decompose = (node, site) => {
  const [x = ''] = node.inputs;
  return [sigmoidWeighted(x, floatAttribute(node, 'alpha', 1.702), site)];
};

/** x · sigmoid(α · x) */
export function sigmoidWeighted(x: string, alpha: number, site: FusedSite): string {
  const scaled = alpha === 1 ? x : site.op('Mul', [x, site.like(x, 'alpha', [], [alpha])]);
  return site.op('Mul', [x, site.op('Sigmoid', [scaled])]);
}

export const GELUS: Readonly<Record<string, Decompose>> = {
  'com.microsoft:BiasGelu': biasGelu,
  'com.microsoft:FastGelu': fastGelu,
  'com.microsoft:Gelu': gelu,
  'com.microsoft:QuickGelu': quickGelu,
};
