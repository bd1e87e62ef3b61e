import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type AttributionResult, attribute } from '../app/attribute.ts';
import { Explainer } from '../app/explain.ts';
import type { Model } from '../app/model.ts';
import { mapOf, overlayPng } from '../app/picture.ts';
import { type ReadInput, readInputs } from '../app/readInput.ts';
import { InspectumError } from '../tensor/errors.ts';
import { writeNpy } from '../tensor/npy.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** One attribution, as `attribute` and a line of `batch` ask for it. */
export interface Job {
  readonly inputs: readonly string[];
  readonly method: string;
  readonly layer?: string;
  readonly target?: number | readonly number[] | null;
  readonly output?: string;
  readonly set: Readonly<Record<string, unknown>>;
  readonly out?: string;
}

const ENDINGS = ['.npy', '.png', '.json'];

/** Runs a job and writes its file. */
export async function runJob(model: Model, { inputs, out, ...job }: Job): Promise<AttributionResult> {
  const ending = out === undefined ? undefined : path.extname(out).toLowerCase();
  if (ending !== undefined && !ENDINGS.includes(ending))
    throw new InspectumError('usage', `--out ${out}: should end in ${ENDINGS.join(', ')}.`);
  const input = await readInputs(model, inputs);
  const result = await attribute(model, { ...job, feeds: input.feeds });
  if (out !== undefined) await writeOutput(out, await encode(ending as string, result, model, input));
  return result;
}

async function encode(ending: string, result: AttributionResult, model: Model, input: ReadInput): Promise<Uint8Array | string> {
  if (ending === '.npy') return writeNpy(result.attribution);
  if (ending === '.png') return overlayPng(mapOf(result.attribution), input.image);
  return `${JSON.stringify(await report(result, model, input), null, 2)}\n`;
}

/** Enough to reproduce an attribution. */
async function report(result: AttributionResult, model: Model, input: ReadInput) {
  const { attribution, ...recipe } = result;
  return {
    model: { path: model.path, sha256: await sha256(model.path) },
    ...recipe,
    attribution: { shape: attribution.dims, ...summary(attribution) },
    prediction: await new Explainer(model, input.feeds).prediction(),
    preprocessing: input.image && model.input?.preprocessing,
  };
}

/** Minimum, maximum, sum and the place of the maximum. */
export function summary({ data, dims }: Tensor<'float32'>) {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let at = 0;
  data.forEach((value, i) => {
    sum += value;
    if (value < min) min = value;
    if (value > max) {
      max = value;
      at = i;
    }
  });
  const argmax: number[] = [];
  for (const size of [...dims].reverse()) {
    argmax.unshift(at % size);
    at = Math.floor(at / size);
  }
  return { min, max, sum, argmax };
}

/** Writes a file; a full disk or a folder that is not there is said with its path. */
export async function writeOutput(file: string, content: Uint8Array | string): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOSPC' ? 'the disk is full' : code === 'ENOENT' ? 'its folder does not exist' : String(code);
    throw new InspectumError('missing', `${file}: cannot be written: ${why}.`, { cause });
  }
}

function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  return new Promise((resolve, reject) => {
    createReadStream(file)
      .on('data', (chunk) => hash.update(chunk))
      .on('error', reject)
      .on('end', () => resolve(hash.digest('hex')));
  });
}
