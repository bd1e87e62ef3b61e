import { isOfEveryPixel, subdued } from '../../src/image/backdrop.ts';
import { toImage } from '../../src/image/geometry.ts';
import type { Rect, Size } from '../../src/image/image.ts';
import type { InputImage, Picture } from '../../src/protocol/model.ts';
import type { ViewSettings } from '../../src/protocol/panel.ts';
import type { Geometry } from '../../src/tensor/geometry.ts';

/** Where a picture lies in the stage: its left top corner and its magnification, in CSS pixels. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export const MAX_ZOOM = 16;

/** The network's input in the original's pixels; reaches beyond the original where the input was padded. */
function inputRegion(geometry: Geometry): Rect {
  const from = toImage(geometry, 0, 0);
  const to = toImage(geometry, geometry.inputWidth, geometry.inputHeight);
  return { ...from, width: to.x - from.x, height: to.y - from.y };
}

/** The picture that maps are laid over, and in its pixels what the network sees of it. */
export function pictureUnder(image: InputImage, over: ViewSettings['over']): { readonly picture: Picture; readonly region: Rect } {
  if (over === 'original') return { picture: image.original, region: inputRegion(image.geometry) };
  const { width, height } = image.network;
  return { picture: image.network, region: { x: 0, y: 0, width, height } };
}

const backdrops = new WeakMap<Picture, Picture>();

/** What the picture fades to under a map that has a value for every pixel, the more opaque the map is; undefined under any other. */
export function backdropOf(picture: Picture, map: Size | undefined, geometry: Geometry): Picture | undefined {
  if (!map || !isOfEveryPixel(map, geometry)) return undefined;
  let backdrop = backdrops.get(picture);
  if (!backdrop) {
    const { width, height, data } = subdued({ ...picture, data: picture.rgba });
    backdrop = { width, height, rgba: new Uint8Array(data) };
    backdrops.set(picture, backdrop);
  }
  return backdrop;
}

/** The largest size with the picture's proportions that fits. */
export function fitted(picture: Size, room: Size): Size {
  const scale = Math.min(room.width / picture.width, room.height / picture.height);
  return { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) };
}

/** Places a picture around `center` (0 to 1 per axis), so that it leaves no gap at the edges of a stage that it can fill. */
export function placed(picture: Size, stage: Size, zoom: number, center: { readonly x: number; readonly y: number }): Placement {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height) * zoom;
  const along = (length: number, room: number, at: number) => {
    const gap = room - length;
    return gap >= 0 ? gap / 2 : Math.min(0, Math.max(gap, room / 2 - at * length));
  };
  return {
    scale,
    x: along(picture.width * scale, stage.width, center.x),
    y: along(picture.height * scale, stage.height, center.y),
  };
}

/** The centre that keeps the stage's point `at` where it is while the zoom changes by `factor`. */
export function centerAfterZoom(
  picture: Size,
  stage: Size,
  before: Placement,
  factor: number,
  at: { readonly x: number; readonly y: number },
) {
  const along = (corner: number, length: number, room: number, point: number) => {
    const moved = point - (point - corner) * factor;
    return (room / 2 - moved) / (length * factor);
  };
  return {
    x: along(before.x, picture.width * before.scale, stage.width, at.x),
    y: along(before.y, picture.height * before.scale, stage.height, at.y),
  };
}
