import { gradientOfTarget, runTargeted } from './gradientGraph.ts';
import type { Method } from './method.ts';

/** captum.attr.Saliency (Simonyan et al. 2013, https://arxiv.org/abs/1312.6034): |∂target/∂input|, in the input's shape. */
export const saliency: Method = {
  name: 'Saliency',
  level: 'primary',
  needsTarget: true,
  doc: 'The absolute gradient of the target with respect to every input value.',
  parameters: { abs: { type: 'boolean', default: true, doc: 'Return absolute values; otherwise the signed gradient.' } },
  attribute: (request) =>
    runTargeted(request, `Saliency ${request.output} ${request.input} ${request.parameters.abs}`, (builder) => {
      const gradient = gradientOfTarget(builder, request, request.input, `the input ${request.input}`);
      return request.parameters.abs ? builder.op('Abs', [gradient]) : gradient;
    }),
};
