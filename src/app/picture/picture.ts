import { isOfEveryPixel, subdued } from '../../image/backdrop.ts';
import { defaultColormap } from '../../image/colormap.ts';
import { encodePng } from '../../image/encodePng.ts';
import { geometryForSize, inputGeometry, seenRegion } from '../../image/geometry.ts';
import type { RgbImage } from '../../image/image.ts';
import type { Grid } from '../../image/interpolate.ts';
import { captumNormalization } from '../../image/normalize.ts';
import { outlined } from '../../image/outline.ts';
import { composite, renderOverlay } from '../../image/overlay.ts';
import { shrinkTo } from '../../image/resize.ts';
import type { InputImage, Picture } from '../../protocol/model.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { Geometry } from '../../tensor/geometry.ts';
import type { AttributionResult } from '../methods/attribute.ts';
import { mapOf, shownPart } from '../methods/attributionView.ts';
import type { Model } from '../model.ts';

const OPACITY = 0.7;
const DIM = 0.6;
const OUTLINE = [255, 255, 255] as const;

/**
 * A map laid over the original photo: what counts towards the target in colour, the region that the network saw outlined, the rest
 * dimmed. A map with a value for every pixel is opaque where it is strong, over the photo in dark gray. Over black where the input was no image.
 * @returns a PNG file
 */
export function overlayPng(map: Grid, image: InputImage | undefined): Uint8Array {
  const geometry: Geometry = image?.geometry ?? inputGeometry(blankGeometry(map));
  const isFine = image !== undefined && isOfEveryPixel(map, geometry);
  const photo = image && rgb(image.original);
  const base = !photo ? black(geometry.imageWidth, geometry.imageHeight) : isFine ? subdued(photo) : photo;
  const overlay = renderOverlay({
    map,
    normalization: captumNormalization(map.data, 'positive', 0),
    upsampling: 'bilinear',
    geometry,
    over: 'original',
    size: { width: base.width, height: base.height },
    dim: image ? DIM : 0,
    colormap: defaultColormap('positive'),
    opacity: image && !isFine ? OPACITY : 1,
    ramp: 'value',
  });
  const laid = composite(base, overlay);
  const picture = image ? outlined(laid, seenRegion(geometry), Math.max(1, Math.round(base.width / 500)), OUTLINE) : laid;
  return encodePng(picture);
}

/** The image with its original at most `longest` pixels on its longer side: many pictures of it are quicker to write. */
export function shrunk(image: InputImage, longest: number): InputImage {
  const { width, height, data } = shrinkTo(rgb(image.original), longest);
  const original = { width, height, rgba: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  return { ...image, original, geometry: geometryForSize(image.geometry, original) };
}

const rgb = ({ width, height, rgba }: Picture): RgbImage => ({ width, height, data: rgba });

/**
 * The map of a result for a picture: how it lies over the image, else its own height and width as (N, C, H, W), summed over channels.
 * @throws InspectumError 'usage' where it has neither
 */
export function pictureMap(model: Model, { parts }: AttributionResult): Grid {
  const part = shownPart(model, parts);
  const { dims, data } = part.tensor;
  const map = mapOf(model, part);
  if (map) return map;
  const [, channels = 1, height, width] = dims;
  if (dims.length !== 4 || height === undefined || width === undefined)
    throw new InspectumError(
      'usage',
      `An attribution of shape ${dims.join('×')} has no height and width, so there is no picture of it. Use --out with .npy or .json.`,
    );
  const size = height * width;
  const sum = new Float32Array(size);
  for (let c = 0; c < channels; c++) for (let i = 0; i < size; i++) sum[i] = (sum[i] as number) + (data[c * size + i] as number);
  return { width, height, data: sum };
}

/** Shorter side of a picture without a photo, in pixels. */
const BLANK = 448;

const blankGeometry = ({ width, height }: Grid): Geometry => {
  const factor = Math.max(1, Math.round(BLANK / Math.min(width, height)));
  const [w, h] = [width * factor, height * factor];
  return { imageWidth: w, imageHeight: h, inputWidth: w, inputHeight: h, scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0 };
};

function black(width: number, height: number): RgbImage {
  const data = new Uint8ClampedArray(width * height * 4);
  new Uint32Array(data.buffer).fill(0xff000000);
  return { width, height, data };
}
