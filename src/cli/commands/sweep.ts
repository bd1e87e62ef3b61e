import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Explainer } from '../../app/explain.ts';
import { readInputs } from '../../app/input/readInput.ts';
import type { Model } from '../../app/model.ts';
import { picturePng } from '../../app/picture/figure.ts';
import { shrunk } from '../../app/picture/picture.ts';
import { hiddenBy, type PictureStyle } from '../../app/picture/pictureStyle.ts';
import { allLayers } from '../../app/tree/layerTree.ts';
import type { Target } from '../../protocol/target.ts';
import { writeNpy } from '../../tensor/npy.ts';
import { tensor } from '../../tensor/tensor.ts';
import { writeOutput, writing } from '../jobs.ts';
import type { Status } from '../status.ts';

/** Pixels of the longer side of a layer's picture: there may be hundreds of them. */
const LONGEST = 640;

/** `inspectum sweep MODEL --input FILE [--target N] --out DIR`: a .npy and a .png for every spatial layer, and sweep.json. */
export async function sweep(
  opened: Model,
  options: { inputs: readonly string[]; target: Target | undefined; out: string; picture: PictureStyle | undefined },
  status: Status,
): Promise<string> {
  const { image: whole, ...input } = await readInputs(opened, options.inputs);
  const { model, feeds } = input;
  const image = whole && shrunk(whole, LONGEST);
  status('Explaining every layer');
  const result = await new Explainer(model, feeds).sweep(options.target);
  await writing(options.out, () => mkdir(options.out, { recursive: true }));
  const rows = [...allLayers(model.layers)].filter((l) => l.cells && !l.plumbing);
  const files: { layer: string; output: string; width: number; height: number; min: number; max: number; npy: string; png: string }[] = [];
  for (const [index, map] of result.maps.entries()) {
    const layer = rows.find((l) => l.output === map.output)?.id ?? map.output;
    status(`Writing ${index + 1} of ${result.maps.length}`);
    const stem = `${String(index).padStart(3, '0')}-${layer.replace(/[^\w.-]+/g, '_').slice(0, 80)}`;
    await writeOutput(path.join(options.out, `${stem}.npy`), writeNpy(tensor('float32', [1, 1, map.height, map.width], map.data)));
    await writeOutput(path.join(options.out, `${stem}.png`), picturePng(map, { ...input, ...(image && { image }) }, options.picture));
    files.push({
      layer,
      output: map.output,
      width: map.width,
      height: map.height,
      min: map.data.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      max: map.data.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
      npy: `${stem}.npy`,
      png: `${stem}.png`,
    });
  }
  const { prediction, target, unreachable, refusals, ms } = result;
  await writeOutput(
    path.join(options.out, 'sweep.json'),
    `${JSON.stringify({ model: model.path, input: options.inputs, prediction, target, unreachable, refusals, notes: model.summary.notes, maps: files }, null, 2)}\n`,
  );
  return [
    `${files.length} layers in ${ms.toFixed(0)} ms for ${target.text}${target.index < 0 ? '' : ` (${target.index})`}; maps, pictures and sweep.json are in ${options.out}`,
    ...[options.picture && hiddenBy(options.picture)].filter((sentence) => sentence !== undefined),
    ...refusals,
  ].join('\n');
}
