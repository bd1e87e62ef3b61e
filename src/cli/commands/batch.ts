import { open as openFile } from 'node:fs/promises';
import type { Model, OpenOptions } from '../../app/model.ts';
import { type PictureSpec, pictureStyle } from '../../app/picture/pictureStyle.ts';
import { parseNeuron } from '../../app/target/neuron.ts';
import type { BaselineSpec, BaselineText } from '../../protocol/baselines.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { baselineSpec } from '../baselines.ts';
import { runJob } from '../jobs.ts';
import { engineNamed } from '../options.ts';
import type { Status } from '../status.ts';
import { parseTarget } from '../target.ts';

type Line = Readonly<Record<string, unknown>>;

const isObject = (v: unknown): v is Readonly<Record<string, unknown>> => typeof v === 'object' && v !== null && !Array.isArray(v);
const isBaselineText = (v: unknown): v is BaselineText => typeof v === 'string' || typeof v === 'number';
const isBaseline = (v: unknown): boolean => isBaselineText(v) || (Array.isArray(v) && v.length > 0 && v.every(isBaselineText));

const FIELDS: Readonly<Record<string, (v: unknown) => boolean>> = {
  model: (v) => typeof v === 'string',
  input: (v) => typeof v === 'string' || (Array.isArray(v) && v.every((f) => typeof f === 'string')),
  method: (v) => typeof v === 'string',
  layer: (v) => typeof v === 'string',
  neuron: (v) => typeof v === 'string' || (Array.isArray(v) && v.every((part) => Number.isInteger(part) || typeof part === 'string')),
  target: (v) => typeof v === 'number' || typeof v === 'string' || (Array.isArray(v) && v.every((n) => typeof n === 'number')),
  output: (v) => typeof v === 'string',
  baseline: (v) => isBaseline(v) || (isObject(v) && Object.values(v).every(isBaseline)),
  set: isObject,
  out: (v) => typeof v === 'string',
  picture: (v) => typeof v === 'string' || isObject(v),
  engine: (v) => typeof v === 'string',
  config: (v) => typeof v === 'string',
  threads: (v) => Number.isInteger(v) && (v as number) > 0,
};

/**
 * `inspectum batch JOBS.jsonl`: one JSON object per line, run in order, one JSON answer per line. Sessions are kept between lines.
 * @returns whether every job succeeded
 */
export async function batch(
  file: string,
  common: OpenOptions,
  open: typeof Model.open,
  print: (line: string) => void,
  status: Status,
): Promise<boolean> {
  const models = new Map<string, Model>();
  let line = 0;
  let succeeded = true;
  for await (const text of linesOf(file)) {
    line++;
    if (text.trim() === '') continue;
    status(`line ${line}`);
    const started = performance.now();
    let answer: object;
    try {
      const { attribution, metrics } = await runLine(parse(text), common, open, models);
      const ms = Math.round((performance.now() - started) * 10) / 10;
      answer = { line, ok: true, ms, shape: attribution.dims, ...(metrics && { metrics }) };
    } catch (error) {
      succeeded = false;
      answer = { line, ok: false, error: (error as Error).message };
    }
    status('');
    print(JSON.stringify(answer));
  }
  return succeeded;
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    const jobs = await openFile(file);
    yield* jobs.readLines();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new InspectumError('missing', `${file}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}.`, { cause });
  }
}

/** @throws InspectumError 'usage' */
function parse(text: string): Line {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (cause) {
    throw new InspectumError('usage', `This line is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof line !== 'object' || line === null || Array.isArray(line))
    throw new InspectumError('usage', 'This line is not a JSON object.');
  for (const [name, value] of Object.entries(line)) {
    const valid = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (!valid)
      throw new InspectumError('usage', `There is no field ${JSON.stringify(name)}. The fields are: ${Object.keys(FIELDS).join(', ')}.`);
    if (!valid(value)) throw new InspectumError('usage', `The field ${name} cannot be ${JSON.stringify(value)}.`);
  }
  for (const name of ['model', 'input', 'method'])
    if (!Object.hasOwn(line, name)) throw new InspectumError('usage', `The field ${name} is missing.`);
  return line as Line;
}

async function runLine(line: Line, common: OpenOptions, openModel: typeof Model.open, models: Map<string, Model>) {
  const options: OpenOptions = {
    ...common,
    ...(line.config !== undefined && { config: line.config as string }),
    ...(line.threads !== undefined && { threads: line.threads as number }),
    ...(line.engine !== undefined && { engine: engineNamed(line.engine as string) }),
  };
  const key = JSON.stringify([line.model, line.config, line.threads, line.engine]);
  const model = models.get(key) ?? openModel(line.model as string, options);
  models.set(key, model);
  return runJob(model, {
    inputs: [line.input as string | string[]].flat(),
    method: line.method as string,
    ...(line.layer !== undefined && { layer: line.layer as string }),
    ...(line.neuron !== undefined && { neuron: parseNeuron([line.neuron].flat().join(',')) }),
    ...(line.baseline !== undefined && {
      baseline: isObject(line.baseline)
        ? (line.baseline as BaselineSpec)
        : baselineSpec(model, [line.baseline as BaselineText | BaselineText[]].flat()),
    }),
    ...(line.target !== undefined && {
      target: typeof line.target === 'string' ? parseTarget(line.target) : (line.target as number | number[]),
    }),
    ...(line.output !== undefined && { output: line.output as string }),
    set: (line.set as Record<string, unknown> | undefined) ?? {},
    ...(line.out !== undefined && { out: line.out as string }),
    ...(line.picture !== undefined && { picture: pictureStyle(line.picture as PictureSpec) }),
  });
}
