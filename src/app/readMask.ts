import type { ParameterTable, ParameterValues } from '../attribution/parameters.ts';
import type { Mask } from '../attribution/perturbation/featureMask.ts';
import { InspectumError } from '../tensor/errors.ts';
import { readNpy } from '../tensor/npy.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { readBytes } from './readImage.ts';

/** Values of a method's parameters with what its masks say in place of where they are. @throws InspectumError as `readMask` does */
export async function withMasks(table: ParameterTable, values: ParameterValues): Promise<ParameterValues> {
  const masks = Object.entries(values).filter(([name, value]) => table[name]?.type === 'mask' && value !== null);
  const read = await Promise.all(masks.map(async ([name, value]) => [name, await readMask(value, name)] as const));
  return { ...values, ...Object.fromEntries(read) };
}

/**
 * The mask that a person gives: the name of a .npy file, nested lists of numbers, or a table of these by the names of inputs.
 * @param parameter its name, for messages
 * @throws InspectumError 'usage' for anything else; as files do
 */
async function readMask(spec: unknown, parameter: string): Promise<Mask> {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return readOne(spec, parameter);
  const masks = new Map<string, Tensor>();
  for (const [name, one] of Object.entries(spec)) masks.set(name, await readOne(one, parameter));
  return masks;
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
        `${parameter} should be the name of a .npy file, or lists of whole numbers, all as long as those beside them.`,
      );
    if (size === undefined) numbers.push(list as number);
    else for (const part of list as unknown[]) collect(part, depth + 1);
  };
  collect(spec, 0);
  return tensor('float64', dims, Float64Array.from(numbers));
}
