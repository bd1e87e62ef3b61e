import { drawPicture, seenImage } from '../../image/drawPicture.ts';
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
  const { model, shown } = input;
  return encodePng(drawPicture(map, shown && seenImage(shown.network, model.input?.channels), style));
}

const PERCEPTUAL = { kind: 'preset', name: 'perceptual' } as const;
