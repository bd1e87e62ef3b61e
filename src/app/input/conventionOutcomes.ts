import { setImmediate } from 'node:timers/promises';
import type { ConventionOutcome } from '../../protocol/model.ts';
import type { Target } from '../../protocol/target.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { type Feeds, scoresOf } from '../methods/attribute.ts';
import type { Model } from '../model.ts';
import { defaultTarget } from '../target/defaultTarget.ts';
import { explained, type Outcome, outcomeOf } from '../target/outcome.ts';
import { topClasses } from '../target/scores.ts';
import type { ResolvedInput } from './convention.ts';
import { decodeFile, feedOf } from './readImage.ts';
import { isSame, type UsualConvention, usualConventions } from './usualConventions.ts';

const TOP = 5;

/**
 * The best classes of an image under every usual convention of preprocessing, by a forward pass each; the one in use is among them. Where
 * there is no class vector, what is explained instead.
 * @param target of an outcome that is no class vector; default: what is explained of each without a choice
 * @param feeds what the model's other inputs are given
 * @param report told before each pass how much is done, 0 to 1
 * @throws InspectumError 'cancelled' between two passes; 'unsupported' where no input takes an image
 */
export async function conventionOutcomes(
  model: Model,
  image: string,
  feeds: Feeds,
  { signal, report, target }: { signal?: AbortSignal; report?: (fraction: number) => void; target?: Target } = {},
): Promise<ConventionOutcome[]> {
  const { input } = model;
  if (!input) throw new InspectumError('unsupported', `${model.path}: no input takes an image, so there is no convention to choose.`);
  const candidates = candidatesFor(input);
  // Conventions differ in what pixels become, not in which are seen.
  const { seen } = feedOf(await decodeFile(image), input);
  const outcomes: ConventionOutcome[] = [];
  for (const [i, candidate] of candidates.entries()) {
    report?.(i / candidates.length);
    await setImmediate();
    if (signal?.aborted) throw new InspectumError('cancelled', 'Cancelled.');
    const { tensor } = feedOf(seen, { ...input, preprocessing: { ...input.preprocessing, ...candidate.settings, fit: 'none' } });
    const outcome = outcomeOf(model, await scoresOf(model, model.output, { ...feeds, [input.port]: tensor }));
    outcomes.push({
      name: candidate.name,
      settings: candidate.settings,
      current: isInUse(candidate.settings, input),
      ...toldOf(model, outcome, target),
    });
  }
  return outcomes;
}

function toldOf(model: Model, outcome: Outcome, target: Target | undefined): Pick<ConventionOutcome, 'top' | 'explained'> {
  if (outcome.scores) return { top: topClasses(outcome.scores, TOP) };
  const { text, score } = explained(model, outcome, target ?? defaultTarget(model, outcome));
  return { top: [], explained: { text, score } };
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
