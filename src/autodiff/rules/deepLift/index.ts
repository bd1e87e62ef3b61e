import type { GraphBuilder } from '../../../graph/builder.ts';
import type { Rule, RuleContext, RuleSet } from '../../rule.ts';
import { noGradient } from '../../rule.ts';
import { selfGated } from '../activationNodes.ts';
import { gradientRules } from '../gradient/index.ts';
import { quantisationScales, type TreatmentOptions, treatmentOf } from './treatments.ts';
import type { BaselineOf } from './twin.ts';
import { twoPoints } from './twoPoints.ts';

export interface DeepLiftOptions {
  readonly baselineOf: BaselineOf;
  /** Where an activation's input differs by less from the baseline, its gradient is taken. */
  readonly eps: number;
  /** Rules for all operators that are not linear, products of two varying values among them; otherwise for those of Captum's list. */
  readonly all: boolean;
}

/**
 * DeepLIFT's multipliers by the rescale rule (Shrikumar et al. 2017, https://arxiv.org/abs/1704.02685): the plain gradient, but of what is
 * not linear the change of the output over the change of the input from the baseline. What goes back through the graph is then such
 * that multiplier times difference, summed over a value, is the difference of what is explained.
 */
export function deepLiftRules(builder: GraphBuilder, { baselineOf, eps, all }: DeepLiftOptions): RuleSet {
  const options: TreatmentOptions = {
    all,
    initializers: builder.initializers,
    activations: selfGated(builder.nodes, builder.initializers),
    scales: quantisationScales(builder.nodes, builder.initializers),
    depends: (value) => baselineOf(value) !== value,
  };
  const overlaid =
    (plain: Rule): Rule =>
    (context) => {
      // inside a loop's body there is no baseline
      if (baselineOf(context.node.outputs[0] as string) === undefined) return plain(context);
      const treatment = treatmentOf(context.node, varyingInputs(context), options);
      if (typeof treatment === 'string') return plain(context);
      return treatment.rule(twoPoints(context, baselineOf, eps, treatment.input), plain);
    };
  return Object.fromEntries(Object.entries(gradientRules).map(([key, rule]) => [key, rule === noGradient ? rule : overlaid(rule)]));
}

const varyingInputs = (context: RuleContext): number[] => context.node.inputs.flatMap((_, i) => (context.needs(i) ? [i] : []));
