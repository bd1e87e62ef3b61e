import type { Model } from '../model.ts';

/** Values of a detector's row before its scores: the box; or the box and whether there is anything in it. */
const BEFORE_SCORES = [0, 4, 5];

/**
 * Names of the classes along one axis of an outcome that is no class vector: of a segmenter's channels, or of a detector's scores.
 * @param dims of one example
 * @returns undefined where there are no names, or no axis or more than one has as many values
 */
export function channelClasses(
  { labels, imageAxes }: Pick<Model, 'labels' | 'imageAxes'>,
  dims: readonly number[],
): ((place: readonly number[]) => string | undefined) | undefined {
  if (!labels) return undefined;
  const found = dims.flatMap((size, axis) => {
    const before = size - labels.length;
    return BEFORE_SCORES.includes(before) && !imageAxes?.includes(axis) ? [{ axis, before }] : [];
  });
  const [only] = found;
  return found.length === 1 && only ? (place) => labels[(place[only.axis] ?? -1) - only.before] : undefined;
}
