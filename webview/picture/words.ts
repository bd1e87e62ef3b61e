import type { FigurePart } from '../../src/image/captum/figure.ts';
import type { SeenStyle } from '../../src/image/pictureStyle.ts';
import type { ViewSettings } from '../../src/protocol/panel.ts';
import { endOf, type Reading } from '../image/readings.ts';

const PRESETS = {
  'grad-cam-paper': (reading: Reading, name: string) => `The redder, the more it ${reading.towards('it', name)}; blue is least.`,
  'signed-min-max-jet': ({ ofNone }: Reading, name: string) =>
    `Red is where the map${ofNone ? '' : ` for ${name}`} is highest, blue where it is lowest.`,
} as const;

/** What pictures mean, in a sentence for each kind of them. @param name of what is explained */
export function meaningOfPictures(style: SeenStyle, reading: Reading, name: string): string {
  const sentences =
    style.kind === 'preset'
      ? [PRESETS[style.name](reading, name)]
      : [...new Set(style.parts.map((part) => meaningOfPart(part, reading, name)))];
  return `${sentences.join(' ')}${endOf(reading)}`;
}

function meaningOfPart({ method, sign, colormap }: FigurePart, reading: Reading, name: string): string {
  if (method === 'original_image') return 'The image is shown as the network sees it.';
  const what = COUNTS[sign](reading, name);
  if (method === 'masked_image') return `The image is as bright as what it shows ${what}; black does not.`;
  if (method === 'alpha_scaling') return `The image is as opaque as what it shows ${what}; white does not.`;
  if (sign === 'all') {
    const [towards, against] = [reading.towards('it', name), reading.against('it', 'it')];
    return colormap === undefined || colormap === 'RdWhGn'
      ? `Green ${towards}, red ${against}, and white does neither.`
      : `The end of the colour scale is what ${towards}, its beginning what ${against}.`;
  }
  return `${colormap === undefined ? `The more ${COLOURS[sign]}` : 'The nearer to the end of the colour scale'}, the more it ${what}.`;
}

const COUNTS: Readonly<Record<FigurePart['sign'], (reading: Reading, name: string) => string>> = {
  positive: (reading, name) => reading.towards('it', name),
  negative: (reading, name) => reading.against('it', name),
  absolute_value: (reading, name) => reading.either('it', name),
  all: (reading, name) => reading.either('it', name),
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
