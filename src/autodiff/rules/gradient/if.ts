import { valuesRead } from '../../../graph/builder.ts';
import type { Attribute } from '../../../graph/graph.ts';
import { differentiate } from '../../differentiate.ts';
import type { Rule, RuleContext, RuleSet } from '../../rule.ts';
import { zerosOf } from '../shapes.ts';
import { insideOf, moveConstants, subgraphOf } from '../subgraph.ts';

/** Another If: its branches compute again what the branches did, and go back through it. */
const branch: Rule = (context) => {
  const { builder, node } = context;
  const wrt = [...new Set(valuesRead(node))].filter((name) => context.wants(name));
  const [then_branch, else_branch] = [backwards(context, 'then_branch', wrt), backwards(context, 'else_branch', wrt)];
  const gradients = builder.ops('If', [context.x()], wrt.length, { then_branch, else_branch });
  wrt.forEach((name, k) => {
    context.addGradient(name, gradients[k] as string);
  });
  return [];
};

function backwards(context: RuleContext, name: string, wrt: readonly string[]): Attribute {
  const { builder, rules } = context;
  const { graph, inner } = insideOf(context, name);
  const seeds = new Map<string, string>();
  graph.outputs.forEach((output, k) => {
    const [gradient, other] = [context.gradient(k), seeds.get(output.name)];
    if (gradient) seeds.set(output.name, other ? inner.add(other, gradient) : gradient);
  });
  const gradients = differentiate(inner, { seeds, wrt, rules, nodes: graph.nodes });
  const results = wrt.map((value) => gradients.get(value) ?? zerosOf(inner, value, context.dtype(value)));
  moveConstants(inner, builder);
  return { type: 'graph', value: subgraphOf(inner, inner.nodes, [], results) };
}

export const ifRules: RuleSet = { If: branch };
