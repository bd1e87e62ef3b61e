import { InspectumError } from '../tensor/errors.ts';
import { parameterValues } from '../tensor/parameters.ts';
import type { FigurePart } from './captum/figure.ts';
import { VISUALIZE_MULTIPLE_PARAMETERS, VISUALIZE_PARAMETERS } from './captum/parameters.ts';
import { refusalOf } from './captum/visualize.ts';
import { type Colormap, isColormapName, tableOf } from './colormap.ts';
import type { InterpolateMode } from './interpolate.ts';
import { isColorStops } from './linearSegmented.ts';
import { isPicturePreset, PICTURE_PRESETS, type PicturePreset, type PicturePresetName, type Range } from './picturePresets.ts';

/** How a picture is asked for: a preset by name, or parameters of Captum's visualize_image_attr or visualize_image_attr_multiple. */
export type PictureSpec = string | Readonly<Record<string, unknown>>;

/** How a picture is drawn, checked. */
export type PictureStyle = { readonly kind: 'preset'; readonly name: 'perceptual' } | SeenStyle;

/** How a picture of what the network sees is drawn, and of nothing around it. */
export type SeenStyle =
  | { readonly kind: 'preset'; readonly name: Exclude<PicturePresetName, 'perceptual'>; readonly range?: Range }
  | {
      readonly kind: 'figure';
      readonly parts: readonly FigurePart[];
      readonly showColorbar: boolean;
      readonly interpolation: InterpolateMode;
    };

/**
 * @param owner what asks for it, for messages: "--picture"
 * @throws InspectumError 'usage' for an unknown preset or parameter, a wrong value, and a method that cannot show its sign
 */
export function pictureStyle(owner: string, spec: PictureSpec): PictureStyle {
  const usage = (message: string): InspectumError => new InspectumError('usage', `${owner}: ${message}`);
  if (typeof spec === 'string') {
    if (isPicturePreset(spec)) return { kind: 'preset', name: spec };
    throw usage(
      `there is no ${JSON.stringify(spec)}. There are ${Object.keys(PICTURE_PRESETS).join(', ')}, and Captum's parameters in JSON: '{"method": "blended_heat_map", "sign": "all"}'.`,
    );
  }
  const { pictures, cmap, ...values } = Object.hasOwn(spec, 'methods') ? several(owner, spec, usage) : one(owner, spec);
  const colormap = colormapOf(cmap, usage);
  const parts = pictures.map((picture): FigurePart => {
    const refusal = refusalOf(picture);
    if (refusal) throw usage(refusal);
    return { ...picture, outlierPercent: values.outlier_perc, alphaOverlay: values.alpha_overlay, ...(colormap && { colormap }) };
  });
  return { kind: 'figure', parts, showColorbar: values.show_colorbar, interpolation: values.interpolate_mode };
}

type Picture = Pick<FigurePart, 'method' | 'sign' | 'title'>;
type Usage = (message: string) => InspectumError;

function one(owner: string, spec: Readonly<Record<string, unknown>>) {
  const { method, sign, title, ...values } = parameterValues(owner, VISUALIZE_PARAMETERS, spec);
  const picture: Picture = { method, sign, ...(title !== null && { title }) };
  return { pictures: [picture], ...values };
}

function several(owner: string, spec: Readonly<Record<string, unknown>>, usage: Usage) {
  const { methods, signs, titles, ...values } = parameterValues(owner, VISUALIZE_MULTIPLE_PARAMETERS, spec);
  for (const [name, list] of Object.entries({ signs, titles }))
    if (list && list.length !== methods.length)
      throw usage(`there are ${methods.length} methods and ${list.length} ${name}: give one for each.`);
  const pictures = methods.map((method, i): Picture => {
    const title = titles?.[i];
    return { method, sign: signs[i] as Picture['sign'], ...(title !== undefined && { title }) };
  });
  return { pictures, ...values };
}

function colormapOf(cmap: unknown, usage: Usage): Colormap | undefined {
  if (cmap === null) return undefined;
  if (typeof cmap === 'string' && isColormapName(cmap)) return cmap;
  if (!isColorStops(cmap)) throw usage('cmap should be a list of colours at positions: [[0, "#fff"], [1, "#00f"]].');
  try {
    tableOf(cmap);
    return cmap;
  } catch (error) {
    throw usage(`cmap: ${(error as Error).message}.`);
  }
}

/** What a picture does not show, in a sentence. */
export const hiddenBy = (style: PictureStyle): string | undefined => (style.kind === 'preset' ? presetInfo(style.name).hides : undefined);

const presetInfo = (name: PicturePresetName): PicturePreset => PICTURE_PRESETS[name];
