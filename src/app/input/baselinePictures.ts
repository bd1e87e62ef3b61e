import type { Baselines } from '../../attribution/baselines.ts';
import { examplesOf } from '../../attribution/evaluation/examples.ts';
import { pictureOfInput } from '../../image/denormalize.ts';
import { shrinkTo } from '../../image/resize.ts';
import type { BaselinePreview, BaselineSpec } from '../../protocol/baselines.ts';
import type { Picture } from '../../protocol/model.ts';
import { toFloat32 } from '../../tensor/tensor.ts';
import type { Feeds } from '../methods/attribute.ts';
import type { Model } from '../model.ts';
import { readBaselines } from './readBaselines.ts';

/** How many pictures are shown of a distribution, and the pixels of the longer side of each. */
const [MOST, SIDE] = [12, 96];

/** What stands for the absence of the image, as small pictures of what the network is given; none where the model takes no image. */
export function baselinePictures({ input }: Model, feeds: Feeds, baselines: Baselines): Picture[] {
  const feed = input && feeds[input.port];
  if (!feed) return [];
  const all = baselines.all(input.port, toFloat32(feed));
  return Array.from({ length: Math.min(MOST, all.dims[0] ?? 1) }, (_, i) => {
    const example = examplesOf(all, i, i + 1);
    const { width, height, data } = shrinkTo(pictureOfInput(example.data, example.dims, input.preprocessing), SIDE);
    return { width, height, rgba: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  });
}

/**
 * Reads a baseline, to be looked at before it is used.
 * @throws InspectumError as `readBaselines` does, and 'usage' where it has another shape than the input that it stands for
 */
export async function previewBaseline(model: Model, feeds: Feeds, baseline: BaselineSpec): Promise<BaselinePreview> {
  const main = model.input?.port ?? model.graph.inputs[0]?.name ?? '';
  const { baselines, used } = await readBaselines(model, feeds, baseline, 0);
  const pictures = baselinePictures(model, feeds, baselines);
  const [first] = used([main]);
  return { text: first?.text ?? '', count: first?.examples ?? 1, pictures };
}
