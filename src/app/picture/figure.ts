import { drawFigure } from '../../image/captum/figure.ts';
import { hasHeatMap, type ImageArray } from '../../image/captum/visualize.ts';
import { isGray } from '../../image/channels.ts';
import { pictureOfInput } from '../../image/denormalize.ts';
import { encodePng } from '../../image/encodePng.ts';
import type { RgbImage } from '../../image/image.ts';
import { type Grid, interpolate } from '../../image/interpolate.ts';
import { minMaxJet } from '../../image/picturePresets.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { toFloat32 } from '../../tensor/tensor.ts';
import type { ReadInput } from '../input/readInput.ts';
import type { Model } from '../model.ts';
import { overlayPng } from './picture.ts';
import type { PictureStyle } from './pictureStyle.ts';

/**
 * An attribution's map as a PNG file.
 * @param style default: the preset 'perceptual'
 * @throws InspectumError 'usage' where the style needs an image and the input is none
 */
export function picturePng(map: Grid, input: ReadInput, style: PictureStyle = PERCEPTUAL): Uint8Array {
  if (style.kind === 'preset' && style.name === 'perceptual') return overlayPng(map, input.image);
  const seen = seenImage(input);
  if (style.kind === 'preset') {
    if (!seen) throw needsImage(`the picture ${style.name} lies`);
    return encodePng(minMaxJet(map, seen, { relu: style.name === 'grad-cam-paper' }));
  }
  const needing = style.parts.find(({ method }) => method !== 'heat_map');
  if (!seen && needing) throw needsImage(`${needing.method} ${hasHeatMap(needing.method) ? 'lies' : 'is drawn'}`);
  const image = seen && imageArray(seen, input.model);
  const size = image ?? map;
  const data = map.width === size.width && map.height === size.height ? map.data : interpolate(map.data, map, size, style.interpolation);
  return encodePng(drawFigure({ width: size.width, height: size.height, data }, image, style.parts, style));
}

const PERCEPTUAL: PictureStyle = { kind: 'preset', name: 'perceptual' };

const needsImage = (what: string): InspectumError =>
  new InspectumError('usage', `--picture: ${what} over the image, but no image was given: use heat_map.`);

/** What the network sees, as pixels: of an array those that it stands for, where its values are such, else from black to white. */
function seenImage({ model, feeds, shown }: ReadInput): RgbImage | undefined {
  if (!shown) return undefined;
  const feed = model.input && feeds[model.input.port];
  if (shown.array !== undefined && model.input && feed) {
    const picture = pictureOfInput(toFloat32(feed).data, feed.dims, model.input.preprocessing);
    if (picture.inRange) return picture;
  }
  const { width, height, rgba } = shown.network;
  return { width, height, data: rgba };
}

function imageArray({ width, height, data }: RgbImage, { input }: Model): ImageArray {
  const channels = input && isGray(input.channels) ? 1 : 3;
  const values = Uint8Array.from(
    { length: width * height * channels },
    (_, i) => data[Math.floor(i / channels) * 4 + (i % channels)] as number,
  );
  return { width, height, channels, data: values };
}
