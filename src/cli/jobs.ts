import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Explainer } from '../app/explain.ts';
import { type ReadInput, readInputs } from '../app/input/readInput.ts';
import { type AttributionJob, type AttributionResult, attribute } from '../app/methods/attribute.ts';
import type { Model } from '../app/model.ts';
import { picturePng } from '../app/picture/figure.ts';
import { pictureMap } from '../app/picture/picture.ts';
import type { PictureStyle } from '../app/picture/pictureStyle.ts';
import { InspectumError } from '../tensor/errors.ts';
import { writeNpy } from '../tensor/npy.ts';
import { writeNpz } from '../tensor/npz.ts';
import { unravelIndex } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** One attribution, as `attribute` and a line of `batch` ask for it. */
export interface Job extends Omit<AttributionJob, 'feeds' | 'baselines'> {
  readonly inputs: readonly string[];
  readonly out?: string;
  /** How a .png is drawn. */
  readonly picture?: PictureStyle;
}

const ENDINGS = ['.npy', '.npz', '.png', '.json'];

/** Runs a job and writes its file. */
export async function runJob(opened: Model, { inputs, out, picture, ...job }: Job): Promise<AttributionResult> {
  const ending = out === undefined ? undefined : path.extname(out).toLowerCase();
  if (ending !== undefined && !ENDINGS.includes(ending))
    throw new InspectumError('usage', `--out ${out}: should end in ${ENDINGS.join(', ')}.`);
  if (picture && ending !== '.png') throw new InspectumError('usage', '--picture says how a .png is drawn: name one with --out FILE.png.');
  const input = await readInputs(opened, inputs);
  const { model } = input;
  const result = await attribute(model, { ...job, feeds: input.feeds });
  if (out === undefined) return result;
  if (ending === '.npy') await writeOutput(out, writeNpy(result.attribution));
  else if (ending === '.npz') await writeOutput(out, writeNpz(Object.fromEntries(result.parts.map(({ name, tensor }) => [name, tensor]))));
  else if (ending === '.png') await writeOutput(out, picturePng(pictureMap(model, result), input, picture));
  else await writeOutput(out, `${JSON.stringify(await report(result, input, inputs), null, 2)}\n`);
  return result;
}

/** Enough to reproduce an attribution. */
async function report(result: AttributionResult, input: ReadInput, files: readonly string[]) {
  const { model } = input;
  const { attribution, parts, compared: _, ...recipe } = result;
  return {
    model: { path: model.path, sha256: await sha256(model.path) },
    input: files,
    ...recipe,
    attribution: described(attribution),
    ...(parts.length > 1 && { attributions: Object.fromEntries(parts.map(({ name, tensor }) => [name, described(tensor)])) }),
    prediction: await new Explainer(model, input.feeds).prediction(),
    preprocessing: input.image && model.input?.preprocessing,
    notes: model.summary.notes,
  };
}

const described = (attribution: Tensor<'float32'>) => ({ shape: attribution.dims, ...summary(attribution) });

/** Minimum, maximum, sum and the place of the maximum; what is NaN has none of them but makes the sum NaN. */
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
  if (min > max) return { min: Number.NaN, max: Number.NaN, sum, argmax: unravelIndex(at, dims) };
  return { min, max, sum, argmax: unravelIndex(at, dims) };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EEXIST: 'there is a file of that name',
  EISDIR: 'it is a folder',
  EACCES: 'its permissions forbid it',
  EROFS: 'the file system is read-only',
};

/** What `act` does with the file or folder at `place`; where that fails, the error says why. */
export async function writing<T>(place: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new InspectumError('missing', `${place}: cannot be written: ${REASONS[code] ?? code}.`, { cause });
  }
}

export const writeOutput = (file: string, content: Uint8Array | string): Promise<void> => writing(file, () => writeFile(file, content));

function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  return new Promise((resolve, reject) => {
    createReadStream(file)
      .on('data', (chunk) => hash.update(chunk))
      .on('error', reject)
      .on('end', () => resolve(hash.digest('hex')));
  });
}
