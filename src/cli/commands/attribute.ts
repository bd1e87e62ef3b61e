import path from 'node:path';
import type { AttributionResult } from '../../app/methods/attribute.ts';
import { sumOfAll } from '../../app/methods/attributionView.ts';
import type { Model } from '../../app/model.ts';
import { hiddenBy } from '../../app/picture/pictureStyle.ts';
import { type Job, runJob, summary } from '../jobs.ts';
import type { Status } from '../status.ts';
import { targetText } from '../target.ts';

/** `inspectum attribute MODEL --input FILE --method NAME …`: the numbers in short, and what must be known to read them. */
export async function attribute(model: Model, job: Job, status: Status): Promise<string> {
  status(job.method);
  const progress = (done: number, total: number): void => status(`${job.method} ${Math.floor((100 * done) / total)}%`);
  const result = await runJob(model, { ...job, waiting: { progress } });
  const { parts, samples, metrics = {}, remarks = [] } = result;
  const hidden = job.picture && hiddenBy(job.picture);
  return [
    `${heading(result)}: ${parts.length === 1 ? numbers(result) : `${parts.length} attributions`}${written(job.out, result)}`,
    ...(parts.length === 1 ? [] : parts.map(({ name, tensor }) => `  ${name}: ${numbers({ attribution: tensor })}`)),
    ...(result.delta && result.baselines && job.set.interpolate === undefined ? [completeness(result, result.delta)] : []),
    ...(samples === undefined
      ? []
      : [`Made from ${samples} samples${result.seed === undefined ? '' : `, random by the seed ${result.seed}`}.`]),
    ...Object.entries(metrics).map(([name, values]) => `${name} ${values.map((value) => value.toPrecision(6)).join(', ')}`),
    ...remarks,
    ...(hidden === undefined ? [] : [hidden]),
  ].join('\n');
}

function heading({ method, layer, target, output, baselines = [] }: AttributionResult): string {
  const where = layer === undefined ? '' : ` at ${layer}`;
  const forTarget = target === null ? '' : `, target ${targetText(target)} of ${output}`;
  const against = baselines.length > 0 ? `, compared with ${[...new Set(baselines.map(({ text }) => text))].join(' and ')}` : '';
  return `${method}${where}${forTarget}${against}`;
}

function numbers({ attribution }: Pick<AttributionResult, 'attribution'>): string {
  const { min, max, sum, argmax } = summary(attribution);
  return `shape ${attribution.dims.join('×')}, minimum ${min.toPrecision(6)}, maximum ${max.toPrecision(6)} at [${argmax.join(', ')}], sum ${sum.toPrecision(6)}`;
}

/** Where it is, and what of it where that is not all. */
function written(out: string | undefined, { parts, attribution }: AttributionResult): string {
  if (out === undefined) return '';
  if (parts.length === 1 || path.extname(out).toLowerCase() !== '.npy') return `; written to ${out}`;
  const { name } = parts.find(({ tensor }) => tensor === attribution) ?? parts[0];
  return `; that to ${name} alone written to ${out} (a .npz holds all)`;
}

/** What the convergence delta of the first example means, of methods that compare with a baseline. */
function completeness({ parts }: AttributionResult, [delta = 0]: readonly number[]): string {
  const sum = sumOfAll(parts);
  return `The score differs from the baseline's by ${(sum - delta).toPrecision(6)}, the attributions sum up to ${sum.toPrecision(6)}: the convergence delta is ${delta.toPrecision(3)}.`;
}
