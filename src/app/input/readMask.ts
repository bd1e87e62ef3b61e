import type { Subject } from '../../attribution/evaluation/subject.ts';
import type { Mask } from '../../attribution/perturbation/featureMask.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { readNpy } from '../../tensor/npy.ts';
import type { ParameterTable, ParameterValues } from '../../tensor/parameters.ts';
import { floats, type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Model } from '../model.ts';
import { readBytes } from './readImage.ts';
import { superpixelMask } from './superpixelMask.ts';

/** What masks are made for. */
interface Masked {
  readonly model: Model;
  readonly subject: Pick<Subject, 'attributed' | 'point'>;
}

/** Values of a method's parameters with what its masks say in place of where they are. @throws InspectumError as `readMask` does */
export async function withMasks(table: ParameterTable, values: ParameterValues, masked: Masked): Promise<ParameterValues> {
  const masks = Object.entries(values).filter(([name, value]) => table[name]?.type === 'mask' && value !== null);
  const read = await Promise.all(masks.map(async ([name, value]) => [name, await readMask(value, name, masked)] as const));
  return { ...values, ...Object.fromEntries(read) };
}

/**
 * The mask that a person gives: the name of a .npy file, nested lists of numbers, `{"superpixels": n}`, or a table of these by the names
 * of inputs. Superpixels of a model of several inputs are those of its image, and each other input is a feature.
 * @param parameter its name, for messages
 * @throws InspectumError 'usage' for anything else; as files do
 */
async function readMask(spec: unknown, parameter: string, masked: Masked): Promise<Mask> {
  if (!isTable(spec)) return readOne(spec, parameter);
  if (isSuperpixels(spec)) {
    const { model, subject } = masked;
    const { attributed } = subject;
    const image = model.input?.port ?? attributed[0] ?? '';
    const mask = superpixelsOf(spec, parameter, image, masked);
    const count = 1 + mask.data.reduce((highest, id) => Math.max(highest, id), 0);
    const others = attributed.filter((name) => name !== image);
    return new Map([[image, mask], ...others.map((name, i) => [name, floats([1], [count + i])] as const)]);
  }
  const masks = new Map<string, Tensor>();
  for (const [name, one] of Object.entries(spec))
    masks.set(name, isTable(one) && isSuperpixels(one) ? superpixelsOf(one, parameter, name, masked) : await readOne(one, parameter));
  return masks;
}

const isTable = (spec: unknown): spec is Readonly<Record<string, unknown>> =>
  typeof spec === 'object' && spec !== null && !Array.isArray(spec);

const isSuperpixels = (spec: Readonly<Record<string, unknown>>): boolean => Object.keys(spec).join() === 'superpixels';

function superpixelsOf(
  { superpixels: count }: Readonly<Record<string, unknown>>,
  parameter: string,
  name: string,
  { model, subject }: Masked,
) {
  if (!Number.isInteger(count) || (count as number) < 1)
    throw new InspectumError('usage', `${parameter}: superpixels should be a whole number from 1, not ${JSON.stringify(count)}.`);
  const input = model.imageInput(name);
  const fed = subject.point[name];
  if (!input || !fed)
    throw new InspectumError('usage', `${parameter}: ${name} is no image, so it has no superpixels. Give a mask as a .npy file.`);
  return superpixelMask(fed, input, count as number);
}

async function readOne(spec: unknown, parameter: string): Promise<Tensor> {
  if (typeof spec === 'string') return readNpy(await readBytes(spec), spec);
  const dims: number[] = [];
  for (let first = spec; Array.isArray(first); first = first[0]) dims.push(first.length);
  const numbers: number[] = [];
  const collect = (list: unknown, depth: number): void => {
    const size = dims[depth];
    if (size === undefined ? typeof list !== 'number' : !Array.isArray(list) || list.length !== size)
      throw new InspectumError(
        'usage',
        `${parameter} should be the name of a .npy file, {"superpixels": 50}, or lists of whole numbers, all as long as those beside them.`,
      );
    if (size === undefined) numbers.push(list as number);
    else for (const part of list as unknown[]) collect(part, depth + 1);
  };
  collect(spec, 0);
  return tensor('float64', dims, Float64Array.from(numbers));
}
