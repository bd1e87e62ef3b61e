import { InspectumError } from '../../tensor/errors.ts';
import { formatShape, stridesOf } from '../../tensor/shape.ts';
import { sizeOf, type Tensor, toNumbers } from '../../tensor/tensor.ts';

/**
 * Which feature every element of a value belongs to, as whole numbers in a shape that is broadcast to the value's as by NumPy; of
 * several values by their names.
 */
export type Mask = Tensor | ReadonlyMap<string, Tensor>;

/** Groups of elements of some values that are perturbed together. A group can have elements in several of them. */
export class Features {
  readonly count: number;
  readonly #of: ReadonlyMap<string, Int32Array>;
  readonly #members = new Map<string, Members>();

  constructor(count: number, of: ReadonlyMap<string, Int32Array>) {
    this.count = count;
    this.#of = of;
  }

  /** For every element of a value, the batch included, its feature: 0, …, count − 1. */
  of(name: string): Int32Array {
    return this.#of.get(name) as Int32Array;
  }

  /** The elements of a value that belong to a feature, as flat places in the whole value. */
  elements(name: string, feature: number): Uint32Array {
    let members = this.#members.get(name);
    if (!members) {
      members = membersOf(this.of(name), this.count);
      this.#members.set(name, members);
    }
    return members.elements.subarray(members.starts[feature], members.starts[feature + 1]);
  }
}

/** Elements sorted by their features; those of feature i are at starts[i] to starts[i + 1]. */
interface Members {
  readonly starts: Uint32Array;
  readonly elements: Uint32Array;
}

function membersOf(features: Int32Array, count: number): Members {
  const starts = new Uint32Array(count + 1);
  for (const feature of features) starts[feature + 1] = (starts[feature + 1] as number) + 1;
  for (let i = 0; i < count; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  const next = starts.slice();
  const elements = new Uint32Array(features.length);
  features.forEach((feature, element) => {
    const at = next[feature] as number;
    elements[at] = element;
    next[feature] = at + 1;
  });
  return { starts, elements };
}

/**
 * The features that a mask makes of values: an id that occurs in several values is one feature, as in Captum, and features stand in the
 * order of their ids. Without a mask every element of an example is a feature of its own, the same in every example.
 * @param values what is perturbed, batch first
 * @param parameter the mask's name, for messages
 * @throws InspectumError 'usage' where the mask lacks a value, does not fit its shape, or holds other than whole numbers
 */
export function featuresOf(values: Readonly<Record<string, Tensor>>, mask: Mask | null, parameter = 'feature_mask'): Features {
  if (mask === null) return everyElement(values);
  const names = Object.keys(values);
  const ids = new Map(names.map((name) => [name, idsOf(name, values[name] as Tensor, maskFor(name, names, mask, parameter), parameter)]));
  const distinct = new Set<number>();
  for (const of of ids.values()) for (const id of of) distinct.add(id);
  const places = new Map([...distinct].sort((a, b) => a - b).map((id, place) => [id, place]));
  return new Features(places.size, new Map([...ids].map(([name, of]) => [name, Int32Array.from(of, (id) => places.get(id) as number)])));
}

function everyElement(values: Readonly<Record<string, Tensor>>): Features {
  const of = new Map<string, Int32Array>();
  let count = 0;
  for (const [name, { dims, data }] of Object.entries(values)) {
    const size = sizeOf(dims.slice(1));
    const first = count;
    of.set(
      name,
      Int32Array.from({ length: data.length }, (_, i) => first + (i % size)),
    );
    count += size;
  }
  return new Features(count, of);
}

function maskFor(name: string, names: readonly string[], mask: Mask, parameter: string): Tensor {
  if (!(mask instanceof Map)) {
    if (names.length === 1) return mask as Tensor;
    throw new InspectumError(
      'usage',
      `${parameter} should be a table with a mask for each of ${names.join(', ')}: an id that occurs in several is one feature.`,
    );
  }
  const unknown = [...mask.keys()].find((key) => !names.includes(key));
  const found: Tensor | undefined = mask.get(name);
  if (found && unknown === undefined) return found;
  const wrong = unknown === undefined ? `says nothing of ${name}` : `names ${JSON.stringify(unknown)}, which is not attributed to`;
  throw new InspectumError('usage', `${parameter} ${wrong}: it should have a mask for each of ${names.join(', ')}.`);
}

/** The mask's number for every element of a value. */
function idsOf(name: string, { dims }: Tensor, mask: Tensor, parameter: string): Float64Array {
  const rank = dims.length;
  const own = [...new Array<number>(Math.max(rank - mask.dims.length, 0)).fill(1), ...mask.dims];
  if (own.length !== rank || own.some((size, axis) => size !== 1 && size !== dims[axis]))
    throw new InspectumError(
      'usage',
      `${parameter}: the mask for ${name} has the shape ${formatShape(mask.dims)}, which cannot be broadcast to ${formatShape(dims)}.`,
    );
  const ids = toNumbers(mask);
  const wrong = ids.find((id) => !Number.isSafeInteger(id));
  if (wrong !== undefined)
    throw new InspectumError('usage', `${parameter}: the mask for ${name} holds ${wrong}; features are told apart by whole numbers.`);
  const steps = stridesOf(own).map((step, axis) => (own[axis] === 1 ? 0 : step));
  const all = new Float64Array(sizeOf(dims));
  let at = 0;
  const fill = (axis: number, from: number): void => {
    if (axis === rank) all[at++] = ids[from] as number;
    else for (let i = 0; i < (dims[axis] as number); i++) fill(axis + 1, from + i * (steps[axis] as number));
  };
  fill(0, 0);
  return all;
}
