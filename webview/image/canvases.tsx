import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Rect, Size } from '../../src/image/image.ts';
import type { Picture } from '../../src/protocol/model.ts';
import type { Drawn } from './draw.ts';
import { putPicture, putPixels } from './paint.ts';

const percent = (part: number, whole: number) => `${(part / whole) * 100}%`;
/** A part of a picture as parts of its box. */
export const boxOf = (rect: Rect, picture: Size) => ({
  left: percent(rect.x, picture.width),
  top: percent(rect.y, picture.height),
  width: percent(rect.width, picture.width),
  height: percent(rect.height, picture.height),
});

interface PictureProps {
  readonly picture: Picture;
  readonly opacity?: number;
  readonly testid?: string;
}

/** The picture under a map. */
export function PictureCanvas({ picture, opacity = 1, testid = 'photo' }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current) putPicture(canvas.current, picture);
  }, [picture]);
  return <canvas ref={canvas} class="photo" data-testid={testid} style={{ opacity: String(opacity) }} />;
}

interface OverlayProps {
  readonly drawn: Drawn;
  readonly layer: string;
  readonly target: number | undefined;
  readonly box: Readonly<Record<string, string>>;
  readonly opacity: number;
  readonly testid: string;
}

/** A map in colour, over the part of the picture that the network sees. */
export function OverlayCanvas({ drawn, layer, target, box, opacity, testid }: OverlayProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (!element) return;
    putPixels(element, drawn.picture);
    element.dataset.layer = layer;
    element.dataset.target = String(target ?? '');
  }, [drawn, layer, target]);
  return (
    <canvas
      ref={canvas}
      class={drawn.sharp ? 'overlay sharp' : 'overlay'}
      data-testid={testid}
      style={{ ...box, opacity: String(opacity) }}
      role="img"
      aria-label="Map of the layer over the image"
    />
  );
}
