import { InspectumError } from '../../tensor/errors.ts';
import { type DataOf, type Tensor, tensor } from '../../tensor/tensor.ts';
import { copiesPerRun } from '../evaluation/copies.ts';
import type { Subject } from '../evaluation/subject.ts';
import type { Attribution } from '../method.ts';
import type { Work } from '../work.ts';

type Elements = Exclude<DataOf[keyof DataOf], string[]>;

/** The values of one copy of the point's batch, by name, in the dtypes that the graph takes: to be changed in place. */
export type Copy = Readonly<Record<string, Elements>>;

/** A number of changed points, each made from a copy of the point. */
export interface Perturbations {
  readonly count: number;
  /** Makes a copy the one of this index. @returns whether that changes anything */
  write(index: number, copy: Copy): boolean | Promise<boolean>;
  /** @param drops how far the explained scalar falls from the point to the perturbed one: per example */
  take(index: number, drops: Float64Array): void;
}

/** How the perturbations are run. */
export interface Running {
  readonly subject: Subject;
  readonly work: Work;
  /** How many of them one run may take; null: as many as are good. */
  readonly perRun: number | null;
  /** What the result is so far. */
  readonly partial: () => Attribution;
}

/**
 * Runs the model for every perturbation, in their order, several in one run where the graph allows. Only forward runs are made, and
 * memory does not grow with their number. One that changes nothing is not run.
 * @throws InspectumError 'unsupported' where the explained value has not one scalar per example
 */
export async function runPerturbed(perturbations: Perturbations, { subject, work, perRun, partial }: Running): Promise<void> {
  const { count } = perturbations;
  const { given, examples } = subject;
  const intact = await subject.scores();
  const most = Math.min(count, copiesPerRun(subject, perRun));
  const copies = new Copies(given, most);
  const indices: number[] = [];
  for (let next = 0; next < count; ) {
    indices.length = 0;
    for (; next < count && indices.length < most; next++) {
      copies.reset(indices.length);
      if (await perturbations.write(next, copies.at(indices.length))) indices.push(next);
      else perturbations.take(next, new Float64Array(examples));
    }
    if (indices.length === 0) continue;
    const scores = await subject.scores(copies.first(indices.length));
    if (intact.length !== examples || scores.length !== indices.length * examples)
      throw new InspectumError(
        'unsupported',
        `${subject.output} has not one value per example of the input (${intact.length} for ${examples}), so it cannot be compared before and after a change.`,
      );
    indices.forEach((index, i) => {
      perturbations.take(
        index,
        intact.map((score, example) => score - (scores[i * examples + example] as number)),
      );
    });
    await work.step(next, count, partial);
  }
}

/** Memory for several copies of the point's batch, one behind the other. */
class Copies {
  readonly #values: readonly { readonly name: string; readonly source: Tensor; readonly all: Elements; readonly size: number }[];
  readonly #copies: readonly Copy[];

  constructor(given: Readonly<Record<string, Tensor>>, count: number) {
    this.#values = Object.entries(given).map(([name, source]) => {
      if (source.dtype === 'string') throw new InspectumError('unsupported', `${name} holds text, which cannot be perturbed.`);
      const size = source.data.length;
      return { name, source, size, all: new (source.data.constructor as new (length: number) => Elements)(count * size) };
    });
    this.#copies = Array.from({ length: count }, (_, i) =>
      Object.fromEntries(this.#values.map(({ name, all, size }) => [name, all.subarray(i * size, (i + 1) * size)])),
    );
  }

  at(index: number): Copy {
    return this.#copies[index] as Copy;
  }

  /** Gives a copy the point's values. */
  reset(index: number): void {
    for (const { name, source } of this.#values) this.at(index)[name]?.set(source.data as never);
  }

  /** The first copies, as they are fed. */
  first(count: number): Readonly<Record<string, Tensor>> {
    return Object.fromEntries(
      this.#values.map(({ name, source: { dtype, dims }, all, size }) => {
        const [examples = 1, ...rest] = dims;
        return [name, tensor(dtype, [examples * count, ...rest], all.subarray(0, count * size) as never)];
      }),
    );
  }
}
