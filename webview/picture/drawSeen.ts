import { colorbarOf } from '../../src/image/captum/figure.ts';
import { hasHeatMap, normalizationOf } from '../../src/image/captum/visualize.ts';
import { drawPicture, largeMap, onOneScale, type SeenImage } from '../../src/image/drawPicture.ts';
import type { Grid } from '../../src/image/interpolate.ts';
import type { Normalization } from '../../src/image/normalize.ts';
import type { OverlayPicture } from '../../src/image/overlay.ts';
import type { SeenStyle } from '../../src/image/pictureStyle.ts';
import type { LayerMap } from '../../src/protocol/model.ts';
import type { Drawn } from '../image/draw.ts';

/** A picture of what the network sees. */
export interface SeenPicture {
  readonly drawn: Drawn;
  readonly title?: string;
  /** The colour bar that was asked for. */
  readonly bar?: { readonly colors: OverlayPicture; readonly normalization: Normalization };
}

/** Columns of pixels of a colour bar; the style sheet stretches them. */
const BAR = 256;

/** A style as it draws a map, on one scale with the map of before where they are compared. */
export const styleBeside = (style: SeenStyle, map: LayerMap, before: LayerMap | undefined, image: SeenImage | undefined): SeenStyle =>
  before ? onOneScale(style, [map, before], image) : style;

/** The pictures of a style, each in the size of what the network sees and without what a figure puts around it. */
export function drawSeen(map: LayerMap, image: SeenImage | undefined, style: SeenStyle): readonly SeenPicture[] {
  const large = largeMap(map, image, style);
  const common = {
    sharp: true,
    covers: true,
    isBlended: large !== map && !(style.kind === 'figure' && style.interpolation === 'nearest'),
    valueAt: (x: number, y: number) => valueIn(large, x, y),
  };
  if (style.kind === 'preset') return [{ drawn: { ...common, picture: drawPicture(map, image, style) } }];
  return style.parts.map(({ title, ...part }) => ({
    drawn: { ...common, picture: drawPicture(large, image, { ...style, parts: [part], showColorbar: false }) },
    ...(title && { title }),
    ...(style.showColorbar &&
      hasHeatMap(part.method) && {
        bar: { colors: colorbarOf(part, BAR), normalization: normalizationOf(large, part) },
      }),
  }));
}

const valueIn = ({ width, height, data }: Grid, x: number, y: number): number =>
  data[Math.floor(y * height) * width + Math.floor(x * width)] ?? 0;
