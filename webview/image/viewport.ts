import type { PlainGeometry } from '../../src/protocol/model.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/** Where a picture lies in the stage: its left top corner and its magnification, in CSS pixels. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export const MAX_ZOOM = 16;

/** The part of the original that the network sees, in the original's pixels; may reach beyond it where the input was padded. */
export const regionSeen = ({ inputWidth, inputHeight, scaleX, scaleY, offsetX, offsetY }: PlainGeometry): Rect => ({
  x: -offsetX / scaleX,
  y: -offsetY / scaleY,
  width: inputWidth / scaleX,
  height: inputHeight / scaleY,
});

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
export function centerAfterZoom(picture: Size, stage: Size, before: Placement, factor: number, at: { readonly x: number; readonly y: number }) {
  const along = (corner: number, length: number, room: number, point: number) => {
    const moved = point - (point - corner) * factor;
    return (room / 2 - moved) / (length * factor);
  };
  return {
    x: along(before.x, picture.width * before.scale, stage.width, at.x),
    y: along(before.y, picture.height * before.scale, stage.height, at.y),
  };
}
