import { InspectumError } from '../../tensor/errors.ts';
import { visitPoints } from '../evaluation/points.ts';
import type { Feeds, Subject } from '../evaluation/subject.ts';
import type { Attribution } from '../method.ts';
import type { Work } from '../work.ts';

interface Made<T> {
  readonly point: Feeds;
  readonly made: T;
}

interface ScoresRequest<T> {
  readonly subject: Subject;
  readonly count: number;
  /** Makes the next point, and what `visit` must know of it; null: nothing is to be run there. */
  next(): Made<T> | null | Promise<Made<T> | null>;
  /** How many points one run takes; null: as many as fit into the memory budget. */
  readonly perEval: number | null;
  readonly work: Work;
  /** What the result is so far. */
  readonly partial?: ((done: number) => Attribution) | undefined;
}

/**
 * Shows the scores of many points to `visit`, in order: one per example.
 * @throws InspectumError 'unsupported' where the explained value has not one scalar per example; 'cancelled'
 */
export async function visitScores<T>(request: ScoresRequest<T>, visit: (made: T, scores: Float64Array) => void): Promise<void> {
  const { subject, count, perEval, work, partial } = request;
  const { examples } = subject;
  const running: T[] = [];
  const point = async (): Promise<Feeds | null> => {
    const next = await request.next();
    if (next) running.push(next.made);
    return next?.point ?? null;
  };
  const run = async (at: Feeds) => ({ explained: await subject.explained(at) });
  const most = perEval === null ? null : perEval * examples;
  await visitPoints({ subject, count, point, run, examples: most, work, ...(partial && { partial }) }, ({ explained }) => {
    const scores = subject.scoresIn(explained);
    if (scores.length !== examples)
      throw new InspectumError(
        'unsupported',
        `${subject.output} has not one value per example of the input (${scores.length} for ${examples}), so it cannot be compared before and after a change. If the first axis of the input is no batch but time, take a method of gradients, IntegratedGradients say.`,
      );
    visit(running.shift() as T, scores);
  });
}
