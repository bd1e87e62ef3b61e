import type { GraphBuilder } from '../../../graph/builder.ts';
import type { RuleSet } from '../../rule.ts';
import { activationOverlay, positive } from '../activationOverlay.ts';
import { perInput } from '../helpers.ts';

/**
 * Deconvolution (Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901): behind a ReLU what is positive of the gradient goes on,
 * wherever the ReLU let its input through. With `all`, behind every activation.
 */
export const deconvnetRules = (builder: GraphBuilder, all: boolean): RuleSet =>
  activationOverlay(
    builder,
    {
      relu: positive,
      other:
        (_, direct = 0) =>
        (context) =>
          perInput(context, (i) => (i === direct ? positive(context) : undefined)),
    },
    all,
  );
