import type { Told } from '../../attribution/evaluation/target.ts';
import { buildSweep, type SweepGraph } from '../../attribution/sweep.ts';
import type { Session } from '../../engines/engine.ts';
import type { Target } from '../../protocol/target.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { Model } from '../model.ts';

/** Classes are told by their place, so that the highest is found on the way; any other scalar is known before. */
export const toldBy = (model: Model, target: Target | undefined): Told =>
  model.classCount() !== undefined && (target === undefined || target.kind === 'class') ? 'element' : 'seed';

interface Fitting {
  readonly sweep: SweepGraph;
  /** Why it has not every layer, in a sentence. */
  readonly left?: string;
}

const FITTING = new WeakMap<Model, Map<Told, Fitting>>();

/** Nodes of a sweep: an engine takes seconds to prepare so many, and four times as long for twice as many. */
const MAX_NODES = 5000;
/** Layers that are explained ahead however many nodes that takes. */
const FEW = 64;

/**
 * Builds the sweep of a model and its session, once. Called ahead of the first image, so that it is ready then. Where all layers do not
 * fit into memory, or would take long to prepare, it has half of them, or a quarter, and so on: those nearest to the output, which need the least.
 * @throws InspectumError 'memory' where not even the last layer fits
 */
export async function prepareSweep(model: Model, told = toldBy(model, undefined)): Promise<Fitting & { readonly session: Session }> {
  if (model.frugal) throw new InspectumError('memory', 'The compute process has come to the end of its memory before.');
  const known = FITTING.get(model)?.get(told);
  const layers = [...model.layersWithCells()];
  let refused: InspectumError | undefined;
  let tooLong = false;
  for (let count = layers.length; ; count = Math.floor(count / 2)) {
    const sweep = known?.sweep ?? buildSweep(model.graph, model.output, new Map(layers.slice(layers.length - count)), told);
    if (!known && sweep.graph.nodes.length > MAX_NODES && count > FEW) {
      tooLong = true;
      continue;
    }
    try {
      const session = await model.sessions.get(`sweep by ${told}`, () => sweep.graph);
      const fitting = known ?? { sweep, ...((refused || tooLong) && { left: leftOut(count, layers.length, refused) }) };
      FITTING.set(model, (FITTING.get(model) ?? new Map<Told, Fitting>()).set(told, fitting));
      return { ...fitting, session };
    } catch (error) {
      if (!(error instanceof InspectumError) || error.kind !== 'memory' || known || count <= 1) throw refused ?? error;
      refused ??= error;
    }
  }
}

const leftOut = (count: number, all: number, refused: InspectumError | undefined): string =>
  `The last ${count} of ${all} layers are explained ahead, the others when they are chosen: all together ${refused ? `do not fit. ${refused.message}` : 'would take long to prepare.'}`;
