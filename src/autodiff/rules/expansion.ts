import { valuesRead } from '../../graph/builder.ts';
import { inferAdded } from '../../graph/inferShapes.ts';
import { differentiate } from '../differentiate.ts';
import type { Rule, RuleContext } from '../rule.ts';

/**
 * The rule of an operator that is made of others: the node gives way to nodes that compute the same, and the gradient goes through
 * those.
 *
 * @param expand adds nodes that make the outputs of the context's node from its inputs; throws where a use of it is not covered
 */
export const expanded =
  (expand: (context: RuleContext) => void): Rule =>
  (context) => {
    const { builder, node, rules } = context;
    const nodes = builder.expand(node, () => expand(context));
    for (const [name, info] of inferAdded(builder, nodes)) if (!builder.values.has(name)) builder.values.set(name, info);
    const seeds = new Map(node.outputs.flatMap((name, k) => (context.gradient(k) ? [[name, context.gradient(k) as string] as const] : [])));
    const wrt = [...new Set(valuesRead(node))].filter((name) => context.wants(name));
    const gradients = differentiate(builder, { seeds, wrt, rules, nodes });
    for (const [name, gradient] of gradients) if (!node.inputs.includes(name)) context.addGradient(name, gradient);
    return node.inputs.map((name, i) => (node.inputs.indexOf(name) === i ? gradients.get(name) : undefined));
  };
