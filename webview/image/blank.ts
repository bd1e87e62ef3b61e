import type { InputImage, LayerMap, Picture } from '../../src/protocol/model.ts';

/** Pixels that the longer side of a picture without a photo is brought to at least. */
const LEAST = 448;

/** A black picture of a map's form, to draw the map on where the model was given no image. */
export function blankFor({ width, height }: LayerMap): InputImage {
  const factor = Math.max(1, Math.ceil(LEAST / Math.max(width, height)));
  const rgba = new Uint8Array(width * height * factor * factor * 4);
  new Uint32Array(rgba.buffer).fill(0xff000000);
  const picture: Picture = { width: width * factor, height: height * factor, rgba };
  const geometry = {
    imageWidth: picture.width,
    imageHeight: picture.height,
    inputWidth: picture.width,
    inputHeight: picture.height,
    scaleX: 1,
    scaleY: 1,
    offsetX: 0,
    offsetY: 0,
  };
  return { name: '', original: picture, network: picture, geometry, hasAlpha: false };
}
