import { InspectumError } from '../../tensor/errors.ts';
import { colorIndex, tableOf } from '../colormap.ts';
import { MAX_PIXELS, type RgbaImage, type Size } from '../image.ts';
import type { Grid } from '../interpolate.ts';
import type { OverlayPicture } from '../overlay.ts';
import { LINE_HEIGHT } from '../text/glyphs.ts';
import { type Canvas, drawText, textWidth } from '../text/text.ts';
import { colormapFor, hasHeatMap, type ImageArray, type VisualizeOptions, visualize } from './visualize.ts';

/** One picture of a figure. */
export interface FigurePart extends VisualizeOptions {
  readonly title?: string;
}

export interface FigureOptions {
  /** A colour bar under every heat map, and its room under the other pictures. */
  readonly showColorbar: boolean;
}

/** A side of a picture in pixels, from which on it is not enlarged beside text. */
const LEGIBLE = 240;
const MARGIN = 10;
const GAP = 6;
/** Of the picture's height, and at least. */
const BAR = { part: 0.05, least: 8 };

/**
 * Captum's visualize_image_attr and visualize_image_attr_multiple: pictures side by side on white, with titles and colour bars. One
 * picture without either is the picture alone, pixel for pixel; beside text small ones are enlarged by a whole factor.
 * @param attribution summed over channels, of the size of the image
 * @returns opaque pixels
 * @throws InspectumError 'too-large' for a figure of more than `MAX_PIXELS`; RangeError as `visualize` does
 */
export function drawFigure(
  attribution: Grid,
  image: ImageArray | undefined,
  parts: readonly FigurePart[],
  { showColorbar }: FigureOptions,
): OverlayPicture {
  const hasTitle = parts.some(({ title }) => title);
  const isBare = parts.length === 1 && !hasTitle && !showColorbar;
  const zoom = hasTitle || showColorbar ? Math.max(1, Math.ceil(LEGIBLE / Math.max(attribution.width, attribution.height))) : 1;
  const shown = { width: attribution.width * zoom, height: attribution.height * zoom };
  const bar = Math.max(BAR.least, Math.round(shown.height * BAR.part));
  const margin = isBare ? 0 : MARGIN;
  const top = margin + (hasTitle ? LINE_HEIGHT + GAP : 0);
  const widths = parts.map(({ title = '' }) => Math.max(shown.width, textWidth(title)));
  const canvas = blank({
    width: widths.reduce((sum, width) => sum + width + MARGIN, 2 * margin - MARGIN),
    height: top + shown.height + (showColorbar ? GAP + bar + GAP + LINE_HEIGHT : 0) + margin,
  });
  let left = margin;
  parts.forEach((part, i) => {
    const cell = widths[i] as number;
    const x = left + Math.floor((cell - shown.width) / 2);
    if (part.title) drawText(canvas, part.title, left + Math.floor((cell - textWidth(part.title)) / 2), margin);
    lay(canvas, visualize(attribution, image, part), x, top, zoom);
    if (showColorbar && hasHeatMap(part.method))
      drawColorbar(canvas, part, { x, y: top + shown.height + GAP, width: shown.width, height: bar });
    left += cell + MARGIN;
  });
  return canvas;
}

function blank({ width, height }: Size): Canvas {
  if (width * height > MAX_PIXELS)
    throw new InspectumError(
      'too-large',
      `The figure would have ${width}×${height} pixels; at most ${MAX_PIXELS / 1e6} megapixels are drawn. Draw fewer pictures side by side.`,
    );
  return { width, height, data: new Uint8ClampedArray(width * height * 4).fill(255) };
}

/** A picture on the canvas, each of its pixels `zoom` wide and high. */
function lay(canvas: Canvas, { width, height, data }: RgbaImage, left: number, top: number, zoom: number): void {
  for (let y = 0; y < height * zoom; y++)
    for (let x = 0; x < width * zoom; x++) {
      const from = (Math.floor(y / zoom) * width + Math.floor(x / zoom)) * 4;
      const to = ((top + y) * canvas.width + left + x) * 4;
      const alpha = (data[from + 3] as number) / 255;
      for (let c = 0; c < 3; c++) canvas.data[to + c] = 255 * (1 - alpha) + (data[from + c] as number) * alpha;
    }
}

/** The lowest value of the scale; its highest is 1. */
const lowestOf = ({ sign }: Pick<FigurePart, 'sign'>): number => (sign === 'all' ? -1 : 0);

/** The colours of a heat map's scale from left to right, as opaque as they are in the picture, one pixel high. */
export function colorbarOf(part: FigurePart, width: number): OverlayPicture {
  const { sign, method, alphaOverlay } = part;
  const table = tableOf(colormapFor(part));
  const low = lowestOf(part);
  const alpha = method === 'blended_heat_map' ? Math.round(alphaOverlay * 255) : 255;
  const data = new Uint8ClampedArray(width * 4);
  for (let i = 0; i < width; i++) {
    const index = colorIndex(low + ((1 - low) * (i + 0.5)) / width, sign);
    data.set([...table.subarray(index * 3, index * 3 + 3), alpha], i * 4);
  }
  return { width, height: 1, data };
}

/** The scale with its ends and its middle. */
function drawColorbar(canvas: Canvas, part: FigurePart, { x, y, width, height }: Size & { readonly x: number; readonly y: number }): void {
  const colors = colorbarOf(part, width);
  for (let row = 0; row < height; row++) lay(canvas, colors, x, y + row, 1);
  const low = lowestOf(part);
  for (const [i, value] of [low, (low + 1) / 2, 1].entries()) {
    const label = String(value).replace('-', '−');
    drawText(canvas, label, x + Math.round(((width - textWidth(label)) * i) / 2), y + height + GAP);
  }
}
