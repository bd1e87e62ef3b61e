import { attributesOf, type Graph } from '../../../graph/graph.ts';
import { Renamer } from '../../../graph/rename.ts';
import { readInitializer } from '../../../graph/weights.ts';
import { int64s, tensor, toNumbers } from '../../../tensor/tensor.ts';
import { type RuleContext, type RuleSet, refusal } from '../../rule.ts';
import { expanded } from '../expansion.ts';
import { constantScalar } from '../helpers.ts';

/** A loop that counts to a number is a Scan over the numbers below it. */
function asScan(context: RuleContext): void {
  const { builder, node } = context;
  const [count = '', condition = '', ...carried] = node.inputs;
  const attribute = node.attributes.body;
  if (attribute?.type !== 'graph') throw new TypeError(`node ${node.name} (Loop) has no body`);
  const body = attribute.value;
  const [turn, going] = body.inputs;
  if (!turn || !going) throw new TypeError(`node ${node.name} (Loop): its body lacks the count or the condition`);
  if (count === '' || !(condition === '' || constantScalar(context, condition) === 1) || !alwaysGoesOn(context, body, going.name))
    throw refusal(context, 'how often it runs is decided by a condition that is computed.');
  for (const [k, value] of carried.entries())
    if (node.outputs[k] && builder.values.get(node.outputs[k])?.shape?.join() !== context.shape(value).join())
      throw refusal(context, `the shape of what it makes of ${value} changes from turn to turn.`);

  const yes = builder.constant(tensor('bool', [], Uint8Array.of(1)));
  const [zero, one] = [0, 1].map((value) => builder.constant(int64s([], [value]))) as [string, string];
  const numbers = builder.op('Range', [zero, builder.op('Reshape', [count, builder.ints([])]), one]);
  const turns = turn.shape?.length === 1 ? builder.op('Unsqueeze', [numbers, builder.ints([1])]) : numbers;
  const steps: Graph = { ...body, inputs: [...body.inputs.slice(2), turn], outputs: body.outputs.slice(1) };
  const renamed = new Renamer((name) => builder.fresh(name)).subgraph(steps, new Map([[going.name, yes]]));
  const attributes = attributesOf({ body: { type: 'graph', value: renamed }, num_scan_inputs: 1 });
  builder.nodes.push({ ...node, op: 'Scan', inputs: [...carried, turns], attributes });
}

/** Whether the condition that a body gives out is the one that it was given, or a constant yes. */
function alwaysGoesOn(context: RuleContext, { nodes, outputs, initializers }: Graph, given: string): boolean {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let name = outputs[0]?.name ?? '';
  for (let maker = makers.get(name); maker && (maker.op === 'Identity' || maker.op === 'Cast'); maker = makers.get(name))
    name = maker.inputs[0] ?? '';
  const constant = initializers.get(name);
  return name === given || (constant ? toNumbers(readInitializer(constant))[0] === 1 : constantScalar(context, name) === 1);
}

export const loopRules: RuleSet = { Loop: expanded(asScan) };
