import type { GraphBuilder } from '../../graph/builder.ts';
import { nodeKey } from '../../graph/graph.ts';
import type { Rule, RuleContext, RuleSet } from '../rule.ts';
import { isActivation, rectifiedInput, type SelfGated, selfGated } from './activationNodes.ts';
import { activationRules } from './gradient/activations.ts';
import { gradientRules } from './gradient/index.ts';
import { perInput } from './helpers.ts';

/** What becomes of the gradient at an activation, of which `plain` is the rule of the plain gradient. */
export interface ActivationOverlay {
  /** The gradient before a ReLU, of the ReLU's output `y`. */
  readonly relu: (context: RuleContext, y: string) => string;
  /** That before any other activation. `direct` is the input of a self-gated product that is no gate. */
  readonly other: (plain: Rule, direct?: number) => Rule;
}

/** What is positive of the incoming gradient. */
export const positive = ({ builder, dy }: RuleContext): string => builder.op('Relu', [dy]);

/**
 * The plain gradient with another rule at ReLUs, and with `all` at every other activation too: at operators that are activations, and
 * at products of a value and a gate made of it.
 */
export function activationOverlay(builder: GraphBuilder, { relu, other }: ActivationOverlay, all: boolean): RuleSet {
  const { initializers } = builder;
  const { products, gates }: SelfGated = all ? selfGated(builder.nodes, initializers) : { products: new Map(), gates: new Set() };
  const overlaid =
    (plain: Rule): Rule =>
    (context) => {
      const { node } = context;
      if (gates.has(node)) return plain(context);
      const rectified = rectifiedInput(node, initializers);
      if (rectified !== undefined)
        return perInput(context, (i) => (i === rectified ? relu(context, node.outputs[0] as string) : undefined));
      const direct = products.get(node)?.direct;
      if (direct !== undefined) return other(plain, direct)(context);
      // what a recurrent layer has inside is no activation of its own
      const isOwn = context.builder === builder;
      return all && isOwn && isActivation(node, initializers) ? other(plain)(context) : plain(context);
    };
  const keys = new Set([...Object.keys(activationRules), nodeKey({ op: 'Max', domain: '' }), ...(all ? ['Mul'] : [])]);
  return { ...gradientRules, ...Object.fromEntries([...keys].map((key) => [key, overlaid(gradientRules[key] as Rule)])) };
}
