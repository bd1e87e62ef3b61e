import { unbroadcast } from '../../broadcast.ts';
import type { Rule, RuleContext } from '../../rule.ts';
import { scalarLike } from '../helpers.ts';
import { gateRank } from './bounds.ts';
import { linearLayer } from './linearLayers.ts';
import { type Propagation, passed, products, type RelevanceRule, seenWith } from './propagation.ts';

/**
 * Which inputs of a product take its relevance. Of a gate and a signal the signal takes all (Arras et al. 2017,
 * https://arxiv.org/abs/1706.07206): attention weights are such gates (Ali et al. 2022, https://arxiv.org/abs/2202.07304), and so are
 * the sigmoids of squeeze and excitation. Factors of equal rank share evenly.
 */
function takers(context: RuleContext, { network }: Propagation): number[] {
  const { node, builder } = context;
  const isConstant = (value: string): boolean => network.isConstant(value, context);
  const varying = node.inputs.flatMap((x, i) => (isConstant(x) ? [] : [i]));
  if (varying.length < 2) return varying;
  const ranks = varying.map((i) => gateRank(builder, node.inputs[i] as string, isConstant));
  const lowest = Math.min(...ranks);
  return varying.filter((_, k) => ranks[k] === lowest);
}

/** Splits relevance evenly among some factors, each by its derivative. */
function shared(context: RuleContext, propagation: Propagation, gradient: Rule, only: readonly number[]) {
  const { builder } = context;
  const share = propagation.relevances.quotient(context);
  const dy = only.length < 2 ? share : builder.mul(share, scalarLike(context, 1 / only.length, share));
  return products(context, propagation, gradient(seenWith(context, { dys: [dy], only })));
}

/** Elementwise product. */
export const elementwiseProduct =
  (gradient: Rule): RelevanceRule =>
  (context, propagation) => {
    const { builder, node, dy } = context;
    const only = takers(context, propagation);
    if (propagation.relevances.arriving(context) !== undefined) return shared(context, propagation, gradient, only);
    const share = only.length < 2 ? dy : builder.mul(dy, scalarLike(context, 1 / only.length, dy));
    return node.inputs.map((x, i) => (only.includes(i) && context.needs(i) ? unbroadcast(context, share, x) : undefined));
  };

/** Sums of products of the inputs' elements. */
export const sumOfProducts =
  (gradient: Rule): RelevanceRule =>
  (context, propagation) =>
    shared(context, propagation, gradient, takers(context, propagation));

/** Conv, MatMul and their like: a layer where only one of the first two inputs varies, otherwise a sum of products. */
export const layerOrProduct =
  (gradient: Rule): RelevanceRule =>
  (context, propagation) => {
    const [a, b] = [0, 1].map((i) => propagation.network.isConstant(context.x(i), context));
    if (!a && !b) return sumOfProducts(gradient)(context, propagation);
    return linearLayer(gradient, a ? 1 : 0)(context, propagation);
  };

/** The numerator takes all where it varies: what divides is a scale, as in Ali et al.'s rule for LayerNorm. */
export const quotient =
  (gradient: Rule): RelevanceRule =>
  (context, propagation) => {
    const { network, relevances } = propagation;
    const known = relevances.arriving(context);
    if (known === undefined || network.isConstant(context.x(0), context)) return passed(context, propagation);
    return products(context, propagation, gradient(seenWith(context, { dys: [known], only: [0] })));
  };
