import { defineMethod, RETURN_CONVERGENCE_DELTA } from '../method.ts';
import { inputsOf } from './deepLift.ts';
import { LRP_DIFFERS, LRP_PARAMETERS, lrpCost, relevance } from './relevance.ts';

/**
 * captum.attr.LRP (Bach et al. 2015, https://doi.org/10.1371/journal.pone.0130140), in the input's shape: the score handed down layer by
 * layer, in proportion to what each input of a layer adds to its output. Where Captum has no rule, or doubles relevance at the sum of a
 * residual block, relevance is conserved here.
 */
export const lrp = defineMethod({
  name: 'LRP',
  level: 'primary',
  needsTarget: true,
  baselines: 'none',
  doc:
    'The score handed down layer by layer to the input, in proportion to what each part adds. Relevance is conserved but for what biases absorb. ' +
    'A BatchNormalization that is folded into its convolution gives other values than one that stands for itself.',
  differs: LRP_DIFFERS,
  paper: { authors: 'Bach et al.', year: 2015, url: 'https://doi.org/10.1371/journal.pone.0130140' },
  parameters: { ...LRP_PARAMETERS, return_convergence_delta: RETURN_CONVERGENCE_DELTA },
  cost: lrpCost,
  attribute: ({ subject, parameters }) => relevance(subject, subject.attributed, inputsOf(subject), parameters),
});
