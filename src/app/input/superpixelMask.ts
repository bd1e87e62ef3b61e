import { examplesOf, stacked } from '../../attribution/evaluation/examples.ts';
import { superpixels } from '../../image/superpixels.ts';
import { type Tensor, tensor, toFloat32 } from '../../tensor/tensor.ts';
import { stretchedPicture } from './arrayPicture.ts';
import type { ResolvedInput } from './convention.ts';

/**
 * A feature mask of about `count` superpixels of every example that an image input is fed, all of its channels together.
 * @returns (N, 1, H, W) or (N, H, W, 1); an example's superpixels are numbered from 0
 */
export function superpixelMask(fed: Tensor, input: Pick<ResolvedInput, 'layout' | 'channels'>, count: number): Tensor<'float32'> {
  const values = toFloat32(fed);
  const examples = Array.from({ length: values.dims[0] ?? 1 }, (_, i) => {
    const picture = stretchedPicture(examplesOf(values, i, i + 1), input);
    const { width, height } = picture;
    const dims = input.layout === 'NCHW' ? [1, 1, height, width] : [1, height, width, 1];
    return tensor('float32', dims, Float32Array.from(superpixels(picture, count)));
  });
  return stacked(examples);
}
