import { availableParallelism, totalmem } from 'node:os';
import process from 'node:process';
import type { Times } from './interleaved.ts';
import { MEASUREMENTS, SETTINGS } from './plan.ts';
import type { Method } from './protocol.ts';

/** What was measured of one network. */
export interface Measured {
  readonly model: string;
  readonly versions: readonly string[];
  readonly rows: readonly Row[];
  readonly prepared: Times;
  /** MB. */
  readonly memory: { readonly own: number; readonly captum: number | undefined };
}

export interface Row {
  readonly method: Method;
  readonly what: string;
  readonly own: Times;
  readonly captum: Times | undefined;
  /** Whether it counts for what is wanted of the method. */
  readonly counts: boolean;
}

/** What is not like for like, and how each side is run. */
const NOTES = `torchvision's models with random weights, one image of 224×224, batch 1. Times are milliseconds, minimum / median of interleaved
runs of two processes, at least five of each after one that is not timed; ratios are Captum's time over ours, more than 1 where ours is the
shorter. Captum runs as its users run it: the network as torchvision builds it, in evaluation mode, BatchNorm not folded, a thread for every
core, parameters at their defaults; ours as PyTorch exports it. Integrated gradients take 50 steps (Captum all in one batch, its default), occlusion
windows of 3×15×15 that lie side by side (Captum one at a time, its default).

- Captum explains every convolution by a loop of \`LayerGradCam\`; ours is one pass, over the convolutions, or as the panel has it over every
  spatial layer, activations and blocks too.
- Guided backprop, DeepLift and LRP of Captum refuse networks that use an activation twice or let it overwrite its input, as torchvision's do:
  they get the same networks with a ReLU for every use.
- Captum's LRP has no rule for ReLU6: its MobileNetV2 has ReLUs instead, so the work is alike and the numbers are not. At residual sums its
  relevance doubles, ours is conserved: there too only the times can be compared.
- Captum's DeepLift loses value at the overlapping windows of ResNet's MaxPool, ours does not.`;

const milliseconds = (ms: number): string => ms.toFixed(ms < 100 ? 1 : 0);

const cell = (times: Times | undefined): string => {
  if (!times) return '–';
  const layers = times.layers === undefined ? '' : ` (${times.layers} layers)`;
  return `${milliseconds(times.min)} / ${milliseconds(times.median)}${layers}`;
};

const factor = (ratio: number): string => `${ratio.toFixed(ratio < 10 ? 2 : 1)}×`;

const ratio = ({ own, captum }: Row): string => (captum ? `${factor(captum.min / own.min)} / ${factor(captum.median / own.median)}` : '–');

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function rowsOf({ model, rows, prepared, memory }: Measured): string[] {
  return [
    ...rows.map((row) => line([model, row.what, cell(row.captum), cell(row.own), ratio(row), String(row.own.rounds)])),
    line([model, 'open the file and prepare every layer', '–', cell(prepared), '', String(prepared.rounds)]),
    line([
      model,
      'peak resident memory of the process',
      memory.captum ? `${memory.captum.toFixed(0)} MB` : '–',
      `${memory.own.toFixed(0)} MB`,
      '',
      '',
    ]),
  ];
}

/** Per method the geometric mean over the networks, beside what is wanted. */
function summary(measured: readonly Measured[]): string[] {
  return MEASUREMENTS.flatMap(({ method, what, wanted }) => {
    const found = measured.flatMap(({ rows }) => rows.filter((row) => row.method === method && row.counts));
    const ratios = found.flatMap(({ own, captum }) => (captum ? [captum.min / own.min] : []));
    if (ratios.length === 0) return [];
    const mean = Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length);
    const least = Math.min(...ratios);
    const reached = wanted === undefined ? '' : mean >= wanted && least >= 1 ? 'yes' : 'no';
    return [line([what, factor(mean), factor(least), wanted === undefined ? '' : `${wanted}×`, reached])];
  });
}

/** The page but for the section of the large model. */
export function page(measured: readonly Measured[]): string {
  const [first] = measured;
  const threads = SETTINGS[0]?.threads;
  return `# Benchmarks

Made by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GB of memory, ${process.platform}-${process.arch}, ${threads} threads for each side, ${first?.versions.join('; ')}.

${NOTES}

| model | what | Captum | Inspectum | ratio | runs |
|---|---|--:|--:|--:|--:|
${measured.flatMap(rowsOf).join('\n')}

## Over the networks

The geometric mean of the ratios of minima over ${measured.map(({ model }) => model).join(', ')}; the least of them, which should never be below 1; what was aimed at.

| what | mean | least | aim | reached |
|---|--:|--:|--:|---|
${summary(measured).join('\n')}
`;
}
