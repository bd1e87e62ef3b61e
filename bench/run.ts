// npm run bench [-- FILE]: our times beside Captum's on PyTorch, from interleaved runs on this machine; FILE gets them as Markdown.
// PYTHON names the Python that has torch, torchvision and captum (default: python3).
import { writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomModels, writeRandomModel } from '../test/tools/randomModel.ts';
import { hugeSection } from './huge.ts';
import type { Setting, Task } from './protocol.ts';
import { Side } from './side.ts';

const THREADS = 2;
/** Threads of the other side go on spinning for a moment after its run. */
const PAUSE_MS = 250;

const SETTINGS: readonly Setting[] = [
  { model: 'resnet18', layer: 'layer4.1.conv2', norm: 'layer4.1.bn2', target: 7, threads: THREADS },
  { model: 'mobilenet_v2', layer: 'features.18.0', norm: 'features.18.1', target: 7, threads: THREADS },
];

const METHODS: readonly { readonly task: Task; readonly what: string; readonly rounds: number }[] = [
  { task: 'gradCam', what: 'Grad-CAM, last convolution', rounds: 25 },
  { task: 'saliency', what: 'Saliency', rounds: 20 },
  { task: 'everyConvolution', what: 'Grad-CAM, every convolution', rounds: 10 },
  { task: 'everyLayer', what: 'Grad-CAM, every layer', rounds: 8 },
];

interface Times {
  readonly min: number;
  readonly median: number;
  readonly layers: number | undefined;
}

const folder = path.join(import.meta.dirname, '../out/bench');

function timesOf(values: readonly number[], layers: number | undefined): Times {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0] ?? Number.NaN, median: sorted[sorted.length >> 1] ?? Number.NaN, layers };
}

/** The same task on all sides in turn, after one untimed run of each. */
async function interleaved(sides: readonly Side[], task: Task, rounds: number): Promise<Times[]> {
  const values = sides.map((): number[] => []);
  const layers: (number | undefined)[] = [];
  for (let round = -1; round < rounds; round++)
    for (const [i, side] of sides.entries()) {
      await sleep(PAUSE_MS);
      const answer = await side.ask(task);
      layers[i] = answer.layers;
      if (round >= 0) values[i]?.push(answer.ms ?? Number.NaN);
    }
  return values.map((v, i) => timesOf(v, layers[i]));
}

const milliseconds = (ms: number): string => ms.toFixed(ms < 100 ? 1 : 0);

const cell = (times: Times | undefined): string => {
  if (!times) return '–';
  const layers = times.layers === undefined ? '' : ` (${times.layers} layers)`;
  return `${milliseconds(times.min)} / ${milliseconds(times.median)}${layers}`;
};

const ratio = (own: Times | undefined, captum: Times | undefined): string =>
  own && captum ? `${(captum.min / own.min).toFixed(1)}× / ${(captum.median / own.median).toFixed(1)}×` : '–';

async function startCaptum(setting: Setting): Promise<Side | Error> {
  const program = process.env.PYTHON ?? 'python3';
  try {
    return await Side.start(program, [path.join(import.meta.dirname, 'captum_process.py'), JSON.stringify(setting)]);
  } catch (error) {
    return new Error(
      `${program} with torch, torchvision and captum is not there (${(error as Error).message}), so these are our own figures only`,
    );
  }
}

/** Table rows of one model, and the versions of the sides. */
async function measure(setting: Setting): Promise<{ rows: string[]; versions: string[] }> {
  const stored = randomModels.find((m) => m.name === setting.model);
  if (!stored) throw new Error(`there is no random model ${setting.model}`);
  const file = writeRandomModel(stored, path.join(folder, setting.model));
  const own = await Side.start(process.execPath, [path.join(import.meta.dirname, 'ownProcess.ts'), JSON.stringify(setting), file]);
  const captum = await startCaptum(setting);
  const sides = captum instanceof Side ? [own, captum] : [own];
  try {
    const prepared: number[] = [];
    for (let i = 0; i < 3; i++) prepared.push((await own.ask('prepare')).ms ?? Number.NaN);
    const rows: string[] = [];
    for (const { task, what, rounds } of METHODS) {
      const [ours, theirs] = await interleaved(sides, task, rounds);
      rows.push(`| ${setting.model} | ${what} | ${cell(theirs)} | ${cell(ours)} | ${ratio(ours, theirs)} |`);
    }
    const memory = await Promise.all(sides.map(async (side) => `${(await side.ask('memory')).mb?.toFixed(0)} MB`));
    rows.push(`| ${setting.model} | open the file and prepare every layer | – | ${cell(timesOf(prepared, undefined))} | |`);
    rows.push(`| ${setting.model} | peak resident memory of the process | ${memory[1] ?? '–'} | ${memory[0]} | |`);
    return { rows, versions: [own.versions, captum instanceof Side ? captum.versions : captum.message] };
  } finally {
    for (const side of sides) side.stop();
  }
}

const measured = [];
for (const setting of SETTINGS) {
  process.stderr.write(`${setting.model} …\n`);
  measured.push(await measure(setting));
}

const text = `# Benchmarks

Made by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GB of memory, ${process.platform}-${process.arch}, ${THREADS} threads for each side, ${measured[0]?.versions.join('; ')}.

torchvision's models with random weights, one image of 224×224, batch 1. Times are milliseconds, minimum / median of interleaved
runs of two processes; ratios are Captum's time over ours. Captum explains every convolution by a loop of \`LayerGradCam\`; ours is one
pass, over the convolutions, or as the panel has it over every spatial layer, activations and blocks too.

| model | what | Captum | Inspectum | ratio |
|---|---|--:|--:|--:|
${measured.flatMap(({ rows }) => rows).join('\n')}

${hugeSection()}`;
process.stdout.write(text);
const [output] = process.argv.slice(2);
if (output) writeFileSync(output, text);
