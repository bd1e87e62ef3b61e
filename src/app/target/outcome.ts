import type { Seed } from '../../attribution/evaluation/target.ts';
import type { Explained } from '../../protocol/model.ts';
import type { RegionTarget, SumTarget, Target } from '../../protocol/target.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { unravelIndex } from '../../tensor/shape.ts';
import { sizeOf, type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Model } from '../model.ts';
import { channelClasses } from './channelClass.ts';
import { describeRegion, forEachIn, highestIn, regionWithin, sumOf } from './region.ts';
import { classScore, type Scores, scoresWith } from './scores.ts';
import { describeSum, sumWithin, weightsOf } from './sumTarget.ts';

/** What came out of a model: the explained value of the first example. */
export interface Outcome {
  /** Of the whole batch. */
  readonly tensor: Tensor<'float32'>;
  readonly values: Float32Array;
  /** Of one example. */
  readonly dims: readonly number[];
  /** Where it is a vector of classes. */
  readonly scores?: Scores;
}

export function outcomeOf(model: Model, result: Tensor<'float32'>): Outcome {
  const dims = result.dims.slice(1);
  const values = result.data.subarray(0, sizeOf(dims));
  return { tensor: result, values, dims, ...(model.isClassVector(dims) && { scores: scoresWith(values, model.scale, model.labels) }) };
}

/**
 * What a target is in an outcome: its value, and how it is called.
 * @throws InspectumError 'usage' where it is out of range
 */
export function explained(model: Model, outcome: Outcome, given: Target): Explained {
  const { values, dims, scores } = outcome;
  const name = model.outputName;
  const target = targetWithin(given, dims, name);
  if (target.kind === 'region')
    return { index: -1, probability: 0, target, ...regionValue(target, outcome, name, channelClasses(model, dims)) };
  if (target.kind === 'sum') return { index: -1, probability: 0, target, ...sumValue(target, outcome, name) };
  if (scores) return { ...classScore(scores, target), target };
  const [score = 0, { index, negated }] = [values[target.index], target];
  const place = placeIn(name, index, dims);
  return { index, score: negated ? -score : score, probability: 0, target, text: negated ? `against ${place}` : place };
}

/** @param classAt the class that a place speaks of, by its index per axis; -1 where it has several */
function regionValue(
  region: RegionTarget,
  { values, dims }: Outcome,
  name: string,
  classAt: ReturnType<typeof channelClasses>,
): Pick<Explained, 'score' | 'text'> {
  const text = describeRegion(region, dims, name);
  const named = (words: string, place: readonly number[]) => {
    const label = classAt?.(place);
    return label === undefined ? words : `${words} (${label})`;
  };
  if (region.reduce === 'sum') {
    const place = region.ranges.map(([from, to]) => (to - from === 1 ? from : -1));
    return { score: sumOf(region.ranges, dims, values), text: named(text, place) };
  }
  const highest = highestIn(region.ranges, dims, values);
  const place = unravelIndex(highest, dims);
  return { score: values[highest] as number, text: named(text.startsWith('maximum') ? `${text}, at [${place.join(', ')}]` : text, place) };
}

function sumValue(sum: SumTarget, { values, dims, scores }: Outcome, name: string): Pick<Explained, 'score' | 'text'> {
  const weights = weightsOf(sum, dims, name);
  const text = describeSum(weights, (index) => (scores ? classScore(scores, { index }).text : placeIn(name, index, dims)));
  return { score: weights.reduce((total, { index, weight }) => total + weight * (values[index] as number), 0), text };
}

/** "scores[0, 3]" */
const placeIn = (name: string, index: number, dims: readonly number[]): string => `${name}[${unravelIndex(index, dims).join(', ')}]`;

/**
 * A target that lies inside of the explained value.
 * @param dims of one example
 * @throws InspectumError 'usage' where it is out of range
 */
export function targetWithin(target: Target, dims: readonly number[], name: string): Target {
  if (target.kind === 'region') return regionWithin(target, dims, name);
  if (target.kind === 'sum') return sumWithin(target, dims, name);
  const { index } = target;
  if (!Number.isInteger(index) || index < 0 || index >= sizeOf(dims))
    throw new InspectumError(
      'usage',
      `Target ${index} is out of range: ${name} has ${dims.join('×') || 'one'} values per example, counted from 0.`,
    );
  return target;
}

/**
 * A target inside of the explained value as the gradient there, for every example.
 * @param name of the explained value, for errors
 */
export function seedOfTarget(target: Target, { dims, data }: Tensor<'float32'>, name: string): Seed {
  const example = dims.slice(1);
  const size = sizeOf(example);
  const seed = new Float32Array(data.length);
  for (let base = 0; base < data.length; base += size) {
    if (target.kind === 'class') seed[base + target.index] = target.negated ? -1 : 1;
    else if (target.kind === 'sum') for (const { index, weight } of weightsOf(target, example, name)) seed[base + index] = weight;
    else if (target.reduce === 'max') seed[base + highestIn(target.ranges, example, data.subarray(base, base + size))] = 1;
    else
      forEachIn(target.ranges, example, (flat) => {
        seed[base + flat] = 1;
      });
  }
  return tensor('float32', dims, seed);
}
