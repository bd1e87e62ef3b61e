// Our side of the benchmark: requests and answers are lines of JSON (see protocol.ts).
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { Explainer } from '../src/app/explain.ts';
import { attribute } from '../src/app/methods/attribute.ts';
import { Model } from '../src/app/model.ts';
import { prepareSweep } from '../src/app/sweep/prepareSweep.ts';
import { TARGET_INPUT, targetFeed } from '../src/attribution/evaluation/target.ts';
import { buildSweep, type SweepGraph } from '../src/attribution/sweep.ts';
import { randomImage } from '../test/tools/randomModel.ts';
import type { Answer, Setting, Task } from './protocol.ts';

const [settingText = '', file = ''] = process.argv.slice(2);
const { layer, target, threads, steps, occlusion }: Setting = JSON.parse(settingText);
const feeds = { input: randomImage() };
let model = Model.open(file, { threads });
let convolutions: SweepGraph | undefined;

const attributed =
  (method: string, set: Readonly<Record<string, unknown>> = {}, place: { readonly layer?: string } = {}) =>
  async (): Promise<Answer> => {
    await attribute(model, { method, target, feeds, set, ...place });
    return {};
  };

const tasks: Record<Task, () => Promise<Answer>> = {
  async prepare() {
    await model.release();
    model = Model.open(file, { threads });
    await prepareSweep(model);
    return {};
  },
  gradCam: attributed('LayerGradCam', {}, { layer }),
  saliency: attributed('Saliency'),
  guidedBackprop: attributed('GuidedBackprop'),
  deepLift: attributed('DeepLift'),
  lrp: attributed('LRP'),
  integratedGradients: attributed('IntegratedGradients', { n_steps: steps }),
  occlusion: attributed('Occlusion', { sliding_window_shapes: [3, ...occlusion.window], strides: [3, ...occlusion.stride] }),
  async everyConvolution() {
    const outputs = new Set(model.graph.nodes.filter((node) => node.op === 'Conv').map((node) => node.outputs[0]));
    const cells = new Map([...model.layersWithCells()].filter(([value]) => outputs.has(value)));
    convolutions ??= buildSweep(model.graph, model.output, cells, 'element');
    const { graph } = convolutions;
    const session = await model.sessions.get('convolutions', () => graph);
    await session.run({ ...feeds, [TARGET_INPUT]: targetFeed(target) });
    return { layers: cells.size };
  },
  async everyLayer() {
    return { layers: (await new Explainer(model, feeds).sweep({ kind: 'class', index: target })).maps.length };
  },
  async memory() {
    return { mb: process.resourceUsage().maxRSS / 2 ** 10 };
  },
};

const answer = (values: Answer): void => void process.stdout.write(`${JSON.stringify(values)}\n`);

const runtime = path.join(import.meta.dirname, '../node_modules/onnxruntime-node/package.json');
answer({ versions: `onnxruntime-node ${JSON.parse(readFileSync(runtime, 'utf8')).version}, Node ${process.versions.node}` });
for await (const line of createInterface(process.stdin)) {
  const started = performance.now();
  const result = await tasks[JSON.parse(line) as Task]();
  answer({ ms: performance.now() - started, ...result });
}
