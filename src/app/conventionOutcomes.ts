import { setImmediate } from 'node:timers/promises';
import type { ConventionOutcome } from '../protocol/model.ts';
import { InspectumError } from '../tensor/errors.ts';
import { type Feeds, scoresOf } from './attribute.ts';
import type { ResolvedInput } from './convention.ts';
import type { Model } from './model.ts';
import { decodeFile, feedOf } from './readImage.ts';
import { scoresWith, topClasses } from './scores.ts';
import { isSame, type UsualConvention, usualConventions } from './usualConventions.ts';

const TOP = 5;

/**
 * The best classes of an image under every usual convention of preprocessing, by a forward pass each; the one in use is among them.
 * @param feeds what the model's other inputs are given
 * @param report told before each pass how much is done, 0 to 1
 * @throws InspectumError 'cancelled' between two passes; 'unsupported' where no input takes an image
 */
export async function conventionOutcomes(
  model: Model,
  image: string,
  feeds: Feeds,
  { signal, report }: { signal?: AbortSignal; report?: (fraction: number) => void } = {},
): Promise<ConventionOutcome[]> {
  const { input } = model;
  if (!input) throw new InspectumError('unsupported', `${model.path}: no input takes an image, so there is no convention to choose.`);
  const upright = await decodeFile(image);
  const outcomes: ConventionOutcome[] = [];
  const candidates = candidatesFor(input);
  for (const [i, { name, settings }] of candidates.entries()) {
    report?.(i / candidates.length);
    await setImmediate();
    if (signal?.aborted) throw new InspectumError('cancelled', 'Cancelled.');
    const fed = { ...input, preprocessing: { ...input.preprocessing, ...settings } };
    const { data } = await scoresOf(model, model.output, { ...feeds, [input.port]: feedOf(upright, fed).tensor });
    const top = model.classCount() === undefined ? [] : topClasses(scoresWith(data, model.scale, model.labels), TOP);
    outcomes.push({ name, settings, current: isInUse(settings, input), top });
  }
  return outcomes;
}

/** The usual conventions; before them the one in use, where it is none of them. */
function candidatesFor(input: ResolvedInput): UsualConvention[] {
  const usual = usualConventions(input);
  if (usual.some(({ settings }) => isInUse(settings, input))) return usual;
  const { range, mean, std, channels } = input;
  return [{ name: input.name, settings: { range, mean, std, channels } }, ...usual];
}

const isInUse = (settings: UsualConvention['settings'], input: ResolvedInput): boolean =>
  settings.channels === input.channels && isSame(settings, input);
