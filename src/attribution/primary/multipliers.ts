import { deepLiftRules } from '../../autodiff/rules/deepLift/index.ts';
import { addTwin } from '../../autodiff/rules/deepLift/twin.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import { DTYPES, isFloat } from '../../tensor/dtype.ts';
import type { Parameter } from '../../tensor/parameters.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { floating } from '../evaluation/floating.ts';
import type { Differentiable, Point, Subject } from '../evaluation/subject.ts';

export const DEEP_LIFT_PARAMETERS = {
  multiply_by_inputs: {
    type: 'boolean',
    default: true,
    doc: 'Multiply by the difference from the baseline, so that the attributions sum up to the difference of the scores; otherwise the multipliers alone.',
  },
  eps: {
    type: 'number',
    default: 1e-10,
    min: 0,
    doc: 'Where the input of an activation differs from that at the baseline by less, its gradient is taken.',
  },
  rescale_all: {
    type: 'boolean',
    default: false,
    doc:
      'Rules for all that is not linear: ReLU6, hard swish, SiLU, GELU and other activations, normalisations, products as in attention, so that ' +
      'nothing is missing from the sum; otherwise for those that Captum has: ReLU, ELU, LeakyReLU, Sigmoid, Tanh, Softplus, MaxPool, Softmax.',
  },
} as const satisfies Readonly<Record<string, Parameter>>;

export interface MultiplierOptions {
  readonly multiply_by_inputs: boolean;
  readonly eps: number;
  readonly rescale_all: boolean;
}

/** What one pass gives: the attributions to every value, and every example's score at the baseline (`from`) and at the point (`to`). */
export interface Rescaled {
  readonly attributions: readonly Tensor<'float32'>[];
  readonly scores: { readonly from: Float64Array; readonly to: Float64Array };
}

/**
 * DeepLIFT's multipliers of values of the graph, times the values' differences from the baseline: forwards at both, once backwards.
 * @param values inputs, or a layer's values
 * @param baselines of the attributed values, one per example
 * @param what the values are, for the error
 */
export async function rescaled(
  subject: Subject,
  values: readonly string[],
  baselines: Point,
  what: string,
  { multiply_by_inputs: multiply, eps, rescale_all: all }: MultiplierOptions,
): Promise<Rescaled> {
  const { attributed } = subject;
  const key = JSON.stringify(['DeepLift', values, attributed, multiply, eps, all]);
  const build = ({ builder, output, gradients }: Differentiable) => {
    const baselineOf = addTwin(builder, new Map(attributed.map((name) => [name, baselineInput(builder, name)])));
    const multipliers = gradients(values, what, deepLiftRules(builder, { baselineOf, eps, all }));
    const attributions = multipliers.map((multiplier, i) => {
      const value = values[i] as string;
      if (!multiply) return multiplier;
      return builder.mul(multiplier, builder.sub(floating(builder, value), floating(builder, baselineOf(value) ?? value)));
    });
    return {
      from: baselineOf(output) ?? output,
      to: output,
      ...Object.fromEntries(attributions.map((name, i) => [i, name])),
    };
  };
  const at = Object.fromEntries(attributed.map((name) => [BASELINE + name, baselines[name] as Tensor<'float32'>]));
  const results: Readonly<Record<string, Tensor<'float32'>>> = await subject.run(key, build, at);
  return {
    attributions: values.map((_, i) => results[i] as Tensor<'float32'>),
    scores: {
      from: subject.scoresIn(results.from as Tensor<'float32'>),
      to: subject.scoresIn(results.to as Tensor<'float32'>),
    },
  };
}

const BASELINE = 'inspectum.baseline.';

/** A run-time input for an input's baseline. */
function baselineInput(builder: GraphBuilder, name: string): string {
  const { dtype = 'float32', shape } = builder.values.get(name) ?? {};
  const input = builder.input(BASELINE + name, 'float32', shape);
  if (dtype === 'float32') return input;
  const cast = builder.op('Cast', [isFloat(dtype) ? input : builder.op('Round', [input])], { to: DTYPES[dtype].code });
  builder.values.set(cast, { dtype, ...(shape && { shape }) });
  return cast;
}
