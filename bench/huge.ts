// Opens and computes the model of 3.2 GB of the tests, a process for each figure. By itself: npm run bench -- huge
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { Explainer } from '../src/app/explain.ts';
import { Model } from '../src/app/model.ts';
import { floats } from '../src/tensor/tensor.ts';
import { writeHugeModel } from '../test/tools/hugeModel.ts';

const folder = path.join(import.meta.dirname, '../out/bench/huge');
const SIZE = 224;
const MB = 2 ** 20;

const WORK = {
  open: { what: 'open its tree', limit: 4096, work: async () => undefined },
  predict: { what: 'predict, weights rearranged', limit: 16_384, work: (explainer: Explainer) => explainer.prediction() },
  lean: { what: 'predict, within 1 GB', limit: 1024, work: (explainer: Explainer) => explainer.prediction() },
  sweep: { what: 'Grad-CAM of every layer, within 4 GB', limit: 4096, work: (explainer: Explainer) => explainer.sweep() },
} as const;

/** One figure, in this process: seconds, and MB at the end that are its own or mapped from the weights' file. */
async function measure({ work, limit }: (typeof WORK)[keyof typeof WORK], file: string) {
  const started = performance.now();
  const model = Model.open(file, { memoryLimit: { bytes: limit * MB, countsMapped: false, remedy: '' } });
  const image = floats([1, 3, SIZE, SIZE], new Float32Array(3 * SIZE * SIZE).fill(0.5));
  await work(new Explainer(model, { image }));
  const seconds = (performance.now() - started) / 1000;
  const status = readFileSync('/proc/self/status', 'utf8');
  const kilobytes = (name: string): number => Number(new RegExp(`${name}:\\s*(\\d+)`).exec(status)?.[1]);
  return { seconds, own: kilobytes('RssAnon') / 1024, mapped: kilobytes('RssFile') / 1024 };
}

/** A section of Markdown. Linux only: elsewhere the two kinds of memory are not told apart. */
export function hugeSection(): string {
  mkdirSync(folder, { recursive: true });
  const file = writeHugeModel(folder);
  const rows = Object.entries(WORK).map(([name, { what }]) => {
    const runs = [1, 2, 3].slice(0, name === 'open' ? 3 : 1).map(() => {
      process.stderr.write(`3.2 GB: ${what} …\n`);
      return JSON.parse(execFileSync(process.execPath, [...process.execArgv, import.meta.filename, name, file], { encoding: 'utf8' }));
    });
    const [best] = runs.sort((a, b) => a.seconds - b.seconds);
    return `| ${what} | ${best.seconds.toFixed(1)} s | ${best.own.toFixed(0)} MB | ${best.mapped.toFixed(0)} MB |`;
  });
  return `## A model of 3.2 GB

A vision transformer of 40 layers of 1280 features, as PyTorch exports it, its weights in a file beside it: 6,532 nodes. Each figure is of a
process of its own. Mapped are the libraries, and weights that are read where they stand; the system can drop such pages at any time.

| what | time from the start of reading | memory of its own | mapped |
|---|--:|--:|--:|
${rows.join('\n')}
`;
}

const [, script, name = '', file = ''] = process.argv;
if (script === import.meta.filename) process.stdout.write(JSON.stringify(await measure(WORK[name as keyof typeof WORK], file)));
