import { InspectumError } from '../../../tensor/errors.ts';
import { unbroadcast } from '../../broadcast.ts';
import { describeNode, type Rule, type RuleContext } from '../../rule.ts';
import { derivedContext } from '../derivedContext.ts';
import { scalarLike } from '../helpers.ts';
import type { LayerRule, LrpOptions } from './composites.ts';
import type { Network } from './network.ts';
import type { Relevances } from './relevances.ts';

/** What rules share while one relevance goes back through one network. */
export interface Propagation {
  readonly network: Network;
  readonly relevances: Relevances;
  readonly options: LrpOptions;
  /** The rule of a convolution or dense layer. */
  ruleOf(context: RuleContext): LayerRule;
}

/** A rule as of `Rule`, where what travels is relevance. */
export type RelevanceRule = (context: RuleContext, propagation: Propagation) => readonly (string | undefined)[];

interface Changes {
  /** What arrives at the outputs. */
  readonly dys: readonly (string | undefined)[];
  readonly inputs?: readonly string[];
  /** The only inputs whose gradients are wanted. */
  readonly only?: readonly number[];
}

/** A context as a rule of the gradient should see it: with another gradient, other inputs of the same shapes, or fewer wishes. */
export function seenWith(context: RuleContext, { dys, inputs = context.node.inputs, only }: Changes): RuleContext {
  const { node } = context;
  const changed = inputs !== node.inputs;
  const original = (value: string): string => (changed ? (node.inputs[inputs.indexOf(value)] ?? value) : value);
  return derivedContext(context, {
    node: changed ? { ...node, inputs } : node,
    gradient: (k = 0) => dys[k],
    x: (i = 0) => (changed && inputs[i] !== undefined ? inputs[i] : context.x(i)),
    needs: (i) => context.needs(i) && (only === undefined || only.includes(i)),
    shape: (value) => context.shape(original(value)),
    staticShape: (value, from) => context.staticShape(original(value), from),
    dtype: (value) => context.dtype(original(value)),
  });
}

/** Multipliers of a node's inputs as their relevances. */
export const products = (context: RuleContext, { relevances }: Propagation, multipliers: readonly (string | undefined)[]) =>
  multipliers.map((multiplier, i) => multiplier && relevances.product(context.builder, multiplier, context.x(i)));

/**
 * The rule of an operator that is linear in the inputs that have relevance, `only` these where others vary too, or homogeneous of a
 * degree: each takes relevance in proportion to what it adds to the output, input × derivative, and what constants add they absorb (LRP-0,
 * Bach et al. 2015).
 */
export const inProportion =
  (gradient: Rule, { degree = 1, only }: { readonly degree?: number; readonly only?: readonly number[] } = {}): RelevanceRule =>
  (context, propagation) => {
    const share = propagation.relevances.quotient(context);
    const dy = degree === 1 ? share : context.builder.mul(share, scalarLike(context, 1 / degree, share));
    return products(context, propagation, gradient(seenWith(context, { dys: [dy], ...(only && { only }) })));
  };

/** The rule of an operator that copies, moves or picks elements: relevance goes with them, the way that the gradient goes. */
export const carried =
  (gradient: Rule): RelevanceRule =>
  (context, propagation) => {
    const { node, builder } = context;
    const arriving = node.outputs.map((_, k) => context.gradient(k));
    const dys = arriving.map((relevance, k) => relevance && propagation.relevances.known(builder, relevance, node.outputs[k] as string));
    if (dys.some((dy, k) => dy === undefined && arriving[k] !== undefined)) return gradient(context);
    return products(context, propagation, gradient(seenWith(context, { dys })));
  };

/** Functions of one variable let relevance through; so do those of several of which only the first varies. */
export const passed: RelevanceRule = (context, { network }) => {
  const { node } = context;
  const varying = node.inputs.findIndex((x) => x !== '' && !network.isConstant(x, context));
  return node.inputs.map((x, i) => {
    if (i !== varying || !context.needs(i)) return undefined;
    return node.inputs.length === 1 ? context.dy : unbroadcast(context, context.dy, x);
  });
};

/** The same where the function is its slope times its argument: then the slope is known as the derivative. */
export const passedBySlope =
  (gradient: Rule): RelevanceRule =>
  (context, propagation) => {
    const known = propagation.relevances.arriving(context);
    if (known === undefined) return passed(context, propagation);
    return products(context, propagation, gradient(seenWith(context, { dys: [known], only: [0] })));
  };

/** An operator that has no sensible rule. */
export const refused: RelevanceRule = ({ node }) => {
  throw new InspectumError('unsupported', `Layer-wise relevance propagation has no rule for ${describeNode(node)}.`);
};
