import { parameterValues } from '../../attribution/parameters.ts';
import type { FigurePart } from '../../image/captum/figure.ts';
import { VISUALIZE_MULTIPLE_PARAMETERS, VISUALIZE_PARAMETERS } from '../../image/captum/parameters.ts';
import { refusalOf } from '../../image/captum/visualize.ts';
import { type Colormap, isColormapName, tableOf } from '../../image/colormap.ts';
import type { InterpolateMode } from '../../image/interpolate.ts';
import { isColorStops } from '../../image/linearSegmented.ts';
import { isPicturePreset, PICTURE_PRESETS, type PicturePreset, type PicturePresetName } from '../../image/picturePresets.ts';
import { InspectumError } from '../../tensor/errors.ts';

/** How a picture is asked for: a preset by name, or parameters of Captum's visualize_image_attr or visualize_image_attr_multiple. */
export type PictureSpec = string | Readonly<Record<string, unknown>>;

/** How a picture is drawn, checked. */
export type PictureStyle =
  | { readonly kind: 'preset'; readonly name: PicturePresetName }
  | {
      readonly kind: 'figure';
      readonly parts: readonly FigurePart[];
      readonly showColorbar: boolean;
      readonly interpolation: InterpolateMode;
    };

const usage = (message: string): InspectumError => new InspectumError('usage', message);

/** @throws InspectumError 'usage' for an unknown preset or parameter, a wrong value, and a method that cannot show its sign */
export function pictureStyle(spec: PictureSpec): PictureStyle {
  if (typeof spec === 'string') {
    if (isPicturePreset(spec)) return { kind: 'preset', name: spec };
    throw usage(
      `--picture: there is no ${JSON.stringify(spec)}. There are ${Object.keys(PICTURE_PRESETS).join(', ')}, and Captum's parameters in JSON: '{"method": "blended_heat_map", "sign": "all"}'.`,
    );
  }
  const { pictures, cmap, ...values } = Object.hasOwn(spec, 'methods') ? several(spec) : one(spec);
  const colormap = colormapOf(cmap);
  const parts = pictures.map((picture): FigurePart => {
    const refusal = refusalOf(picture);
    if (refusal) throw usage(`--picture: ${refusal}`);
    return { ...picture, outlierPercent: values.outlier_perc, alphaOverlay: values.alpha_overlay, ...(colormap && { colormap }) };
  });
  return { kind: 'figure', parts, showColorbar: values.show_colorbar, interpolation: values.interpolate_mode };
}

type Picture = Pick<FigurePart, 'method' | 'sign' | 'title'>;

function one(spec: Readonly<Record<string, unknown>>) {
  const { method, sign, title, ...values } = parameterValues('--picture', VISUALIZE_PARAMETERS, spec);
  const picture: Picture = { method, sign, ...(title !== null && { title }) };
  return { pictures: [picture], ...values };
}

function several(spec: Readonly<Record<string, unknown>>) {
  const { methods, signs, titles, ...values } = parameterValues('--picture', VISUALIZE_MULTIPLE_PARAMETERS, spec);
  for (const [name, list] of Object.entries({ signs, titles }))
    if (list && list.length !== methods.length)
      throw usage(`--picture: there are ${methods.length} methods and ${list.length} ${name}: give one for each.`);
  const pictures = methods.map((method, i): Picture => {
    const title = titles?.[i];
    return { method, sign: signs[i] as Picture['sign'], ...(title !== undefined && { title }) };
  });
  return { pictures, ...values };
}

function colormapOf(cmap: unknown): Colormap | undefined {
  if (cmap === null) return undefined;
  if (typeof cmap === 'string' && isColormapName(cmap)) return cmap;
  if (!isColorStops(cmap)) throw usage('--picture: cmap should be a list of colours at positions: [[0, "#fff"], [1, "#00f"]].');
  try {
    tableOf(cmap);
    return cmap;
  } catch (error) {
    throw usage(`--picture: cmap: ${(error as Error).message}.`);
  }
}

/** What a picture does not show, in a sentence. */
export const hiddenBy = (style: PictureStyle): string | undefined => (style.kind === 'preset' ? presetInfo(style.name).hides : undefined);

const presetInfo = (name: PicturePresetName): PicturePreset => PICTURE_PRESETS[name];
