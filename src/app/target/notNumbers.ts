import { type Feeds, Subject } from '../../attribution/evaluation/subject.ts';
import { toFloat32 } from '../../tensor/tensor.ts';
import type { Model } from '../model.ts';
import { allLayers } from '../tree/layerTree.ts';

/** Layers whose values are looked at in one run. */
const AT_ONCE = 32;

const hasNaN = (values: ArrayLike<number>): boolean => Array.prototype.some.call(values, Number.isNaN);

/** Where values first are not numbers (NaN), in a sentence; undefined where no layer shows it. By forward passes, for a score that is none. */
export async function whereNotNumbers(model: Model, feeds: Feeds): Promise<string | undefined> {
  const given = Object.entries(feeds).find(([, feed]) => hasNaN(toFloat32(feed).data));
  if (given) return `What the input ${given[0]} is given already holds values that are not numbers.`;
  const { graph, session, output } = model;
  const subject = new Subject({ graph, session, feeds, attributed: [], output, target: null });
  const layers = [...allLayers(model.layers)].filter(({ op, plumbing, dims }) => op !== undefined && !plumbing && dims !== undefined);
  for (let at = 0; at < layers.length; at += AT_ONCE) {
    const some = layers.slice(at, at + AT_ONCE);
    const values = await subject.valuesOf(some.map((layer) => layer.output));
    const first = some[values.findIndex(({ data }) => hasNaN(data))];
    if (first) return `The layer ${first.id} (${first.kind}) is the first that gives values which are not numbers.`;
  }
  return undefined;
}
