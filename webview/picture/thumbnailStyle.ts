import { colormapFor as captumColormapFor, hasHeatMap } from '../../src/image/captum/visualize.ts';
import type { ViewSettings } from '../../src/protocol/panel.ts';
import { colormapFor, type ThumbnailStyle } from '../image/draw.ts';
import type { PictureChoice } from './choice.ts';

/** How maps are drawn in small: in the sign and the colours of the picture that is chosen; where it has no colours, in the panel's own. */
export function thumbnailStyleOf(picture: PictureChoice, view: Pick<ViewSettings, 'sign' | 'colormap' | 'outlierPercent'>): ThumbnailStyle {
  const own: ThumbnailStyle = { sign: view.sign, outlierPercent: view.outlierPercent, colormap: colormapFor(view), isStretched: false };
  if (picture.kind !== 'seen') return own;
  const { style } = picture;
  if (style.kind === 'preset') {
    const isSigned = style.name === 'signed-min-max-jet';
    return { sign: isSigned ? 'all' : 'positive', outlierPercent: 0, colormap: 'jet', isStretched: isSigned };
  }
  const shown = style.parts.filter(({ method }) => method !== 'original_image');
  const part = shown.findLast(({ method }) => hasHeatMap(method)) ?? shown.at(-1);
  if (!part) return own;
  const { sign, outlierPercent } = part;
  const colormap = hasHeatMap(part.method) ? captumColormapFor(part) : colormapFor({ sign, colormap: view.colormap });
  return { sign, outlierPercent, colormap, isStretched: false };
}
