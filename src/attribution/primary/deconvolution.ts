import { deconvnetRules } from '../../autodiff/rules/deconvnet/index.ts';
import { defineMethod } from '../method.ts';
import { gradientAttribution } from './gradientAttribution.ts';
import { RECTIFIES, RECTIFY_ALL, untreatedRemarks } from './rectifyAll.ts';

/**
 * captum.attr.Deconvolution (Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901): the gradient, of which behind a ReLU what is
 * positive goes on, whether or not the ReLU let its input through; in the input's shape.
 */
export const deconvolution = defineMethod({
  name: 'Deconvolution',
  level: 'primary',
  needsTarget: true,
  baselines: 'none',
  doc: 'The gradient with respect to every input value, in which a ReLU on the way back keeps what is positive instead of what it let through forwards.',
  paper: { authors: 'Zeiler and Fergus', year: 2014, url: 'https://arxiv.org/abs/1311.2901' },
  differs: RECTIFIES,
  parameters: { rectify_all: RECTIFY_ALL },
  async attribute({ subject, parameters: { rectify_all: all } }) {
    const attribution = await gradientAttribution(
      subject,
      `Deconvolution ${all}`,
      (_, gradient) => gradient,
      (builder) => deconvnetRules(builder, all),
    );
    return { ...attribution, remarks: untreatedRemarks(subject, all) };
  },
});
