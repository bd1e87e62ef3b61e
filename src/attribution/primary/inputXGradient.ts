import { floating } from '../evaluation/floating.ts';
import { defineMethod } from '../method.ts';
import { gradientAttribution } from './gradientAttribution.ts';

/** captum.attr.InputXGradient (Shrikumar et al. 2016, https://arxiv.org/abs/1605.01713): x · ∂target/∂x, in the input's shape. */
export const inputXGradient = defineMethod({
  name: 'InputXGradient',
  level: 'primary',
  needsTarget: true,
  baselines: 'none',
  doc: 'Every input value times the gradient of the target with respect to it.',
  paper: { authors: 'Shrikumar et al.', year: 2016, url: 'https://arxiv.org/abs/1605.01713' },
  parameters: {},
  attribute: ({ subject }) =>
    gradientAttribution(subject, 'InputXGradient', (builder, gradient, value) => builder.mul(gradient, floating(builder, value))),
});
