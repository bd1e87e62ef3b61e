import type { FigurePart } from '../../src/image/captum/figure.ts';
import type { SeenStyle } from '../../src/image/pictureStyle.ts';
import type { ViewSettings } from '../../src/protocol/panel.ts';

const PRESETS = {
  'grad-cam-paper': (name: string) => `The redder, the more it counts towards ${name}; blue is least.`,
  'signed-min-max-jet': (name: string) => `Red is where the map for ${name} is highest, blue where it is lowest.`,
} as const;

/** What pictures mean, in a sentence for each kind of them. @param name of what is explained */
export function meaningOfPictures(style: SeenStyle, name: string): string {
  if (style.kind === 'preset') return PRESETS[style.name](name);
  return [...new Set(style.parts.map((part) => meaningOfPart(part, name)))].join(' ');
}

function meaningOfPart({ method, sign, colormap }: FigurePart, name: string): string {
  if (method === 'original_image') return 'The image is shown as the network sees it.';
  const what = COUNTS[sign](name);
  if (method === 'masked_image') return `The image is as bright as what it shows ${what}; black does not.`;
  if (method === 'alpha_scaling') return `The image is as opaque as what it shows ${what}; white does not.`;
  if (sign === 'all')
    return colormap === undefined || colormap === 'RdWhGn'
      ? `Green counts towards ${name}, red against it, and white does neither.`
      : `Colours from the middle of the scale to its end count towards ${name}, those to its beginning against it.`;
  return `${colormap === undefined ? `The more ${COLOURS[sign]}` : 'The nearer to the end of the colour scale'}, the more it ${what}.`;
}

const COUNTS: Readonly<Record<FigurePart['sign'], (name: string) => string>> = {
  positive: (name) => `counts towards ${name}`,
  negative: (name) => `counts against ${name}`,
  absolute_value: (name) => `matters for ${name}, towards it or against it`,
  all: (name) => `counts for ${name}`,
};

const COLOURS = { positive: 'green', negative: 'red', absolute_value: 'blue' } as const;

/** How pictures of before and now share a scale, in a sentence; undefined where they have none. */
export function sharedScaleOf(style: SeenStyle | undefined): string | undefined {
  if (style?.kind === 'preset')
    return 'Before and now are stretched together, from the lowest to the highest value of the two; alone each is stretched to its own.';
  const shared = 'Before and now are drawn on one scale, which ends with the stronger of the two';
  if (!style) return `${shared}.`;
  return style.parts.every(({ method }) => method === 'original_image')
    ? undefined
    : `${shared}; Captum alone scales each picture to itself.`;
}

/** How a layer's cells were brought to the image, and what was clipped, in the words of a view. */
export const drawnAs = (style: SeenStyle): Pick<ViewSettings, 'upsampling' | 'outlierPercent'> =>
  style.kind === 'preset'
    ? { upsampling: 'bilinear', outlierPercent: 0 }
    : { upsampling: style.interpolation, outlierPercent: style.parts[0]?.outlierPercent ?? 0 };
