import { guidedBackpropRules } from '../../autodiff/rules/guidedBackprop/index.ts';
import { defineMethod } from '../method.ts';
import { gradientAttribution } from './gradientAttribution.ts';
import { RECTIFIES, RECTIFY_ALL, untreatedRemarks } from './rectifyAll.ts';

/**
 * captum.attr.GuidedBackprop (Springenberg et al. 2014, https://arxiv.org/abs/1412.6806): the gradient of which only what is positive
 * passes a ReLU, in the input's shape.
 */
export const guidedBackprop = defineMethod({
  name: 'GuidedBackprop',
  level: 'primary',
  needsTarget: true,
  baselines: 'none',
  doc: 'The gradient with respect to every input value, of which only what is positive passes a ReLU on the way back: sharp, but little tied to the target.',
  paper: { authors: 'Springenberg et al.', year: 2014, url: 'https://arxiv.org/abs/1412.6806' },
  differs: RECTIFIES,
  parameters: { rectify_all: RECTIFY_ALL },
  async attribute({ subject, parameters: { rectify_all: all } }) {
    const attribution = await gradientAttribution(
      subject,
      `GuidedBackprop ${all}`,
      (_, gradient) => gradient,
      (builder) => guidedBackpropRules(builder, all),
    );
    return { ...attribution, remarks: untreatedRemarks(subject, all) };
  },
});
