import { defineMethod } from '../method.ts';
import { gradientAttribution } from './gradientAttribution.ts';

/** captum.attr.Saliency (Simonyan et al. 2013, https://arxiv.org/abs/1312.6034): |∂target/∂input|, in the input's shape. */
export const saliency = defineMethod({
  name: 'Saliency',
  level: 'primary',
  needsTarget: true,
  baselines: 'none',
  doc: 'The absolute gradient of the target with respect to every input value.',
  paper: { authors: 'Simonyan et al.', year: 2013, url: 'https://arxiv.org/abs/1312.6034' },
  parameters: { abs: { type: 'boolean', default: true, doc: 'Return absolute values; otherwise the signed gradient.' } },
  attribute: ({ subject, parameters: { abs } }) =>
    gradientAttribution(subject, `Saliency ${abs}`, (builder, gradient) => (abs ? builder.op('Abs', [gradient]) : gradient)),
});
