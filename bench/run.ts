// npm run bench: our times beside Captum's on PyTorch, from interleaved runs on this machine, into docs/benchmarks.md.
// npm run bench -- WORD…: only networks and methods whose names hold one of the words, to the terminal alone.
// PYTHON names the Python that has torch, torchvision and captum (default: python3).
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { benchmarkModels, writeRandomModel } from '../test/tools/randomModel.ts';
import { hugeSection } from './huge.ts';
import { interleaved, timesOf } from './interleaved.ts';
import { MEASUREMENTS, type Measurement, SETTINGS } from './plan.ts';
import type { Setting } from './protocol.ts';
import { type Measured, page, type Row } from './report.ts';
import { Side } from './side.ts';

const folder = path.join(import.meta.dirname, '../out/bench');
const words = process.argv.slice(2).map((word) => word.toLowerCase());
const HUGE = 'huge';

const networkName = ({ model }: Setting): string => model;
/** "integratedGradients Integrated gradients, 50 steps ig" */
const methodName = ({ method, what }: Measurement): string => `${method} ${what} ${method[0]}${method.replace(/[a-z]/g, '')}`.toLowerCase();

/** Those that a word asks for; all where none does. */
function asked<T>(all: readonly T[], nameOf: (one: T) => string): readonly T[] {
  const found = all.filter((one) => words.some((word) => nameOf(one).includes(word)));
  return found.length > 0 ? found : all;
}

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

async function measure(setting: Setting): Promise<Measured> {
  const stored = benchmarkModels.find((m) => m.name === setting.model);
  if (!stored) throw new Error(`there is no random model ${setting.model}`);
  const file = writeRandomModel(stored, path.join(folder, setting.model));
  const program = path.join(import.meta.dirname, 'ownProcess.ts');
  const own = await Side.start(process.execPath, [...process.execArgv, program, JSON.stringify(setting), file]);
  const captum = await startCaptum(setting);
  const sides = captum instanceof Side ? [own, captum] : [own];
  try {
    const prepared: number[] = [];
    for (let i = 0; i < 5; i++) prepared.push((await own.ask('prepare')).ms ?? Number.NaN);
    const rows: Row[] = [];
    for (const { method, what, besides } of asked(MEASUREMENTS, methodName)) {
      process.stderr.write(`${setting.model}: ${what} …\n`);
      const ours = [{ task: method, what }, ...(besides ? [besides] : [])];
      const times = await interleaved([
        ...(captum instanceof Side ? [{ side: captum, task: method }] : []),
        ...ours.map(({ task }) => ({ side: own, task })),
      ]);
      const theirs = captum instanceof Side ? times.shift() : undefined;
      for (const [i, time] of times.entries()) rows.push({ method, what: ours[i]?.what ?? '', own: time, captum: theirs, counts: i === 0 });
    }
    const [ownMemory = Number.NaN, captumMemory] = await Promise.all(sides.map(async (side) => (await side.ask('memory')).mb));
    return {
      model: setting.model,
      versions: [own.versions, captum instanceof Side ? captum.versions : captum.message],
      rows,
      prepared: timesOf(prepared),
      memory: { own: ownMemory, captum: captumMemory },
    };
  } finally {
    for (const side of sides) side.stop();
  }
}

const whole = words.length === 0;
const known = [...SETTINGS.map(networkName), ...MEASUREMENTS.map(methodName), HUGE];
const unknown = words.filter((word) => !known.some((name) => name.includes(word)));
if (unknown.length > 0) throw new Error(`nothing is called ${unknown.join(', ')}; there are ${known.join('; ')}`);
const measured: Measured[] = [];
if (whole || words.some((word) => word !== HUGE)) for (const setting of asked(SETTINGS, networkName)) measured.push(await measure(setting));
const sections = [...(measured.length > 0 ? [page(measured)] : []), ...(whole || words.includes(HUGE) ? [hugeSection()] : [])];
const text = sections.join('\n');
process.stdout.write(text);
if (measured.some(({ memory }) => memory.captum === undefined)) process.stderr.write(`${measured[0]?.versions[1]}\n`);
else if (whole) writeFileSync(path.join(import.meta.dirname, '../docs/benchmarks.md'), text);
