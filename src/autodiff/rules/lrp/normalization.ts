import { mean, reciprocalRoot, type StandardisedBackward, standardisingRules } from '../gradient/normalization.ts';
import { inProportion, type RelevanceRule } from './propagation.ts';

/** scale·(g − mean(g)): as if the standard deviation were a constant. */
const centred: StandardisedBackward = (context, g, { arranged, axes, epsilon, centred: isCentred }) => {
  const { builder } = context;
  const centre = (value: string): string => (isCentred ? builder.sub(value, mean(context, value, axes)) : value);
  const c = centre(arranged(context.x()));
  return builder.mul(centre(g), reciprocalRoot(context, mean(context, builder.mul(c, c), axes), epsilon));
};

/**
 * Layer, group, instance and RMS normalisation: the mean takes its share, as an input; what divides is a scale (Ali et al. 2022,
 * https://arxiv.org/abs/2202.07304).
 */
export const normalizationRelevance: Readonly<Record<string, RelevanceRule>> = Object.fromEntries(
  Object.entries(standardisingRules(centred)).map(([op, gradient]) => [op, inProportion(gradient, { only: [0, 2] })]),
);
