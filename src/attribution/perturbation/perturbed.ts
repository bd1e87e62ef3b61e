import { InspectumError } from '../../tensor/errors.ts';
import { type DataOf, type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Subject } from '../evaluation/subject.ts';
import type { Attribution } from '../method.ts';
import type { Work } from '../work.ts';
import { visitScores } from './visitScores.ts';

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
 * @throws InspectumError 'unsupported' where the explained value has not one scalar per example, or a value holds text; 'cancelled'
 */
export async function runPerturbed(perturbations: Perturbations, { subject, work, perRun, partial }: Running): Promise<void> {
  const { given, examples } = subject;
  const intact = await subject.scores();
  let index = -1;
  const next = async () => {
    index++;
    const point = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, copyOf(name, value)]));
    const copy: Copy = Object.fromEntries(Object.entries(point).map(([name, { data }]) => [name, data as Elements]));
    if (await perturbations.write(index, copy)) return { point, made: index };
    perturbations.take(index, new Float64Array(examples));
    return null;
  };
  await visitScores({ subject, count: perturbations.count, next, perEval: perRun, work, partial }, (made, scores) => {
    perturbations.take(
      made,
      intact.map((score, example) => score - (scores[example] as number)),
    );
  });
}

/** @throws InspectumError 'unsupported' for text */
function copyOf(name: string, { dtype, dims, data }: Tensor): Tensor {
  if (dtype === 'string') throw new InspectumError('unsupported', `${name} holds text, which cannot be perturbed.`);
  return tensor(dtype, dims, data.slice() as never);
}
