import { VISUALIZE_PARAMETERS } from '../../src/image/captum/parameters.ts';
import { VISUALIZATIONS } from '../../src/image/captum/visualize.ts';
import { needOf } from '../../src/image/drawPicture.ts';
import { isPicturePreset, PICTURE_PRESETS } from '../../src/image/picturePresets.ts';
import { type PictureSpec, pictureStyle, type SeenStyle } from '../../src/image/pictureStyle.ts';
import type { CaptumPictures, ViewSettings } from '../../src/protocol/panel.ts';

/** How the map is drawn: as the panel's own overlay, or as a picture of what the network sees; else why neither can be. */
export type PictureChoice =
  | { readonly kind: 'overlay' }
  | { readonly kind: 'seen'; readonly style: SeenStyle }
  | { readonly kind: 'problem'; readonly problem: string };

type Asked = Pick<ViewSettings, 'picture' | 'captum'>;

const CAPTUM = 'captum';
const SEVERAL = 'several';

/** What can be chosen, by presets' names and Captum's methods. */
export const OFFERED: readonly { readonly value: string; readonly text: string }[] = [
  ...Object.entries(PICTURE_PRESETS).map(([value, { label }]) => ({ value, text: label })),
  ...VISUALIZATIONS.map((value) => ({ value, text: `Captum: ${value.replaceAll('_', ' ')}` })),
  { value: SEVERAL, text: 'Captum: several side by side' },
];

/** Which of `OFFERED` is chosen. */
export function chosenOf({ picture, captum }: Asked): string {
  if (picture !== CAPTUM) return picture;
  const [{ method = VISUALIZE_PARAMETERS.method.default } = {}, ...others] = captum.pictures;
  return others.length > 0 ? SEVERAL : String(method);
}

/** The view with one of `OFFERED` chosen: what Captum is told besides stays. */
export function choosing(value: string, { captum }: Asked): Asked {
  if (isPicturePreset(value)) return { picture: value, captum };
  const last = captum.pictures.at(-1) ?? {};
  if (value !== SEVERAL) return { picture: CAPTUM, captum: { ...captum, pictures: [{ ...last, method: value }] } };
  return { picture: CAPTUM, captum: captum.pictures.length > 1 ? captum : { ...captum, pictures: [{ method: 'original_image' }, last] } };
}

/** What is chosen as `--picture` takes it. */
export const specOf = ({ picture, captum }: Asked): PictureSpec => (picture === CAPTUM ? captumSpec(captum) : picture);

function captumSpec({ pictures, shared }: CaptumPictures): PictureSpec {
  if (pictures.length === 1) return { ...pictures[0], ...shared };
  const each = (name: 'method' | 'sign') => pictures.map((picture) => picture[name] ?? VISUALIZE_PARAMETERS[name].default);
  const titles = pictures.map(({ title }) => title ?? '');
  return { methods: each('method'), signs: each('sign'), ...(titles.some(Boolean) && { titles }), ...shared };
}

/** @param hasImage whether there is an image that the map lies over */
export function pictureOf(spec: PictureSpec, hasImage: boolean): PictureChoice {
  try {
    const style = pictureStyle('Picture', spec);
    if (style.kind === 'preset' && style.name === 'perceptual') return { kind: 'overlay' };
    const need = hasImage ? undefined : needOf(style);
    return need === undefined ? { kind: 'seen', style } : { kind: 'problem', problem: need };
  } catch (error) {
    return { kind: 'problem', problem: (error as Error).message };
  }
}
