import type { GraphBuilder } from '../../../graph/builder.ts';
import type { RuleSet } from '../../rule.ts';
import { activationOverlay, positive } from '../activationOverlay.ts';
import { withGradient } from '../derivedContext.ts';
import { keepWherePositive } from '../helpers.ts';

/**
 * Guided backpropagation (Springenberg et al. 2014, https://arxiv.org/abs/1412.6806): behind a ReLU only what is positive of the gradient
 * goes on, to where the ReLU let its input through. With `all`, of every activation's incoming gradient only what is positive is taken.
 */
export const guidedBackpropRules = (builder: GraphBuilder, all: boolean): RuleSet =>
  activationOverlay(
    builder,
    {
      relu: (context, y) => keepWherePositive(context, positive(context), y),
      other: (plain) => (context) => plain(withGradient(context, positive(context))),
    },
    all,
  );
