import path from 'node:path';
import { Baselines } from '../attribution/baselines.ts';
import { toFloat32 } from '../tensor/tensor.ts';
import type { Model } from './model.ts';
import { readSources } from './readInput.ts';

/**
 * The baselines that a person names: a number for every value, or a file (.npy or an image) for the model's first input.
 * @throws InspectumError as files and images do
 */
export async function readBaselines(model: Model, baseline: string | number): Promise<Baselines> {
  if (typeof baseline === 'number') return new Baselines(new Map(), baseline);
  const name = model.input?.port ?? model.graph.inputs[0]?.name ?? '';
  const kind = path.extname(baseline).toLowerCase() === '.npy' ? 'npy' : 'image';
  const { feeds } = await readSources(model, new Map([[name, { kind, path: baseline }]]));
  return new Baselines(new Map(Object.entries(feeds).map(([input, tensor]) => [input, toFloat32(tensor)])));
}
