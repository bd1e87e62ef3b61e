import { isGray } from '../../image/channels.ts';
import { drawPicture, type SeenImage } from '../../image/drawPicture.ts';
import { encodePng } from '../../image/encodePng.ts';
import type { Grid } from '../../image/interpolate.ts';
import type { ReadInput } from '../input/readInput.ts';
import { overlayPng } from './picture.ts';
import type { PictureStyle } from './pictureStyle.ts';

/**
 * An attribution's map as a PNG file.
 * @param style default: the preset 'perceptual'
 * @throws InspectumError 'usage' where the style needs an image and the input is none
 */
export function picturePng(map: Grid, input: ReadInput, style: PictureStyle = PERCEPTUAL): Uint8Array {
  if (style.kind === 'preset' && style.name === 'perceptual') return overlayPng(map, input.image);
  return encodePng(drawPicture(map, seenImage(input), style));
}

const PERCEPTUAL = { kind: 'preset', name: 'perceptual' } as const;

function seenImage({ model, shown }: ReadInput): SeenImage | undefined {
  if (!shown) return undefined;
  const { width, height, rgba } = shown.network;
  return { width, height, data: rgba, isGray: model.input !== undefined && isGray(model.input.channels) };
}
