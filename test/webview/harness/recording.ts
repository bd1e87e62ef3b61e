import { fileURLToPath } from 'node:url';
import { Explainer } from '../../../src/app/explain.ts';
import { readInputs } from '../../../src/app/input/readInput.ts';
import { Model } from '../../../src/app/model.ts';
import { allLayers } from '../../../src/app/tree/layerTree.ts';
import type { InputImage, LayerExplanation, ModelSummary, Sweep } from '../../../src/protocol/model.ts';

/** What the extension would answer about a model, for one image for all of its answers; further images are only shown. */
export interface Recording {
  readonly summary: ModelSummary;
  readonly images: Readonly<Record<string, InputImage>>;
  /** By target; the top class's first. */
  readonly sweeps: readonly Sweep[];
  /** By "target layer": of the layers without a map. */
  readonly explanations: Readonly<Record<string, LayerExplanation>>;
}

const samples = fileURLToPath(new URL('../../../samples/', import.meta.url));

/** Asks the real core about a model and images; `file` and `images` are paths, labels those that the panel shows. */
export async function record(file: string, images: Readonly<Record<string, string>>): Promise<Recording> {
  const model = Model.open(file);
  const prepared = await Promise.all(
    Object.entries(images).map(async ([label, path]) => [label, await readInputs(model, [path])] as const),
  );
  const [first] = prepared;
  if (!first) throw new Error('A recording needs an image.');
  const explainer = new Explainer(model, first[1].feeds);
  const { prediction } = await explainer.sweep();
  const sweeps: Sweep[] = [];
  const explanations: Record<string, LayerExplanation> = {};
  for (const { index } of prediction.top) {
    const sweep = await explainer.sweep({ kind: 'class', index });
    sweeps.push(sweep);
    const mapped = new Set(sweep.maps.map(({ output }) => output));
    for (const layer of allLayers(model.layers))
      if (!mapped.has(layer.output) && !layer.plumbing)
        explanations[`${index} ${layer.id}`] = await explainer.explain(layer.id, { kind: 'class', index });
  }
  await model.release();
  return {
    summary: model.summary,
    images: Object.fromEntries(prepared.flatMap(([label, { image }]) => (image ? [[label, image]] : []))),
    sweeps,
    explanations,
  };
}

/** The sample network with a scene of two objects, and a second image. */
export const recordSamples = (): Promise<Recording> =>
  record(`${samples}shapes.onnx`, {
    'images/cactus-and-rocket.jpg': `${samples}images/cactus-and-rocket.jpg`,
    'images/house.jpg': `${samples}images/house.jpg`,
  });
