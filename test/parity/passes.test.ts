import { afterAll, expect, it } from 'vitest';
import { passesOf } from '../../src/app/methods/methodCatalog.ts';
import { sharesAt, WHOLE, workOf } from '../../src/attribution/evaluation/share.ts';
import { SEED_INPUT, TARGET_INPUT } from '../../src/attribution/evaluation/target.ts';
import { METHODS } from '../../src/attribution/index.ts';
import { gradientCost } from '../../src/attribution/method.ts';
import { deepLiftCost } from '../../src/attribution/primary/deepLift.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { ALL, engine, type Job, releaseAll, run } from '../tools/methodJobs.ts';
import type { Run } from '../tools/runCounter.ts';

afterAll(releaseAll);

const workOfAll = (graph: Graph): number => graph.nodes.reduce((sum, node) => sum + workOf(node, graph), 0);

/** What a run takes, in forward passes. */
function passesIn({ graph, examples }: Run, method: string, { of: { model, feeds }, layer: name }: Job): number {
  const names = new Set(graph.inputs.map((input) => input.name));
  const { before, behind, given } = name === undefined ? WHOLE : sharesAt(model.graph, model.findLayer(name).output, model.output);
  const { level } = METHODS[method as keyof typeof METHODS];
  const isTwin = [...names].some((input) => input.startsWith('inspectum.baseline.'));
  const isGradient = names.has(TARGET_INPUT) || names.has(SEED_INPUT);
  const copies = examples / (feeds.input.dims[0] ?? 1);
  if (!isGradient) return (copies * workOfAll(graph)) / workOfAll(model.graph);
  const costOf = isTwin ? deepLiftCost : gradientCost;
  if (!names.has('input')) return copies * (given + costOf(behind) - 1);
  if (level === 'neuron') return copies * (method === 'NeuronConductance' ? 1 : before) * costOf(1);
  return copies * costOf(level === 'layer' ? behind : 1);
}

/** Two gradients in one run; and a run up to the last attention alone. */
const OWN: ReadonlySet<string> = new Set(['GuidedGradCam', 'AttentionRollout']);

it.each(ALL.filter(([, method]) => !OWN.has(method)))('%s: the passes that are estimated are made', async (_title, method, job) => {
  const { of, set = {}, neuron: _, ...recipe } = job;
  engine.runs.length = 0;
  await run(method, job);
  const made = engine.runs.reduce((sum, each) => sum + passesIn(each, method, job), 0);
  // what is wanted of a run is copied, which counts as work
  expect((await passesOf(of.model, { method, set, ...recipe }, of.feeds)) / made).toBeCloseTo(1, 1);
});
