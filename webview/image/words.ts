import type { ColormapName } from '../../src/image/colormap.ts';
import type { Explained, LayerMap, Sweep } from '../../src/protocol/model.ts';
import type { ViewSettings } from '../../src/protocol/panel.ts';
import { colormapFor } from './draw.ts';
import { endOf, type Reading } from './readings.ts';
import { notNumbersIn, peakOf } from './strength.ts';

/** What is explained, as it stands in a sentence. */
export const nameOf = ({ target, text }: Explained): string => (target.kind === 'region' ? `the ${text}` : text);

/** What the picture means, in a sentence or two. @param name of what is explained */
export function meaningOf(map: LayerMap, style: Pick<ViewSettings, 'sign' | 'colormap'>, reading: Reading, name: string): string {
  const [towards, against] = [peakOf(map, 'positive') > 0, peakOf(map, 'negative') > 0];
  if (!towards && !against)
    return reading.ofNone
      ? `The map is zero everywhere.${endOf(reading)}`
      : `The map is zero everywhere: at this layer nothing counts towards ${name} or against it.`;
  return `${SIGNED[style.sign]({ towards, against, style, reading, name })}${endOf(reading)}`;
}

interface Shown {
  readonly towards: boolean;
  readonly against: boolean;
  readonly style: Pick<ViewSettings, 'sign' | 'colormap'>;
  readonly reading: Reading;
  readonly name: string;
}

const SIGNED: Readonly<Record<ViewSettings['sign'], (shown: Shown) => string>> = {
  positive: ({ towards, reading, name }) =>
    towards
      ? `Bright areas ${reading.towards('they', name)}; clear areas do not.`
      : `Nothing here ${reading.towards('it', name)}: the map is nowhere positive.`,
  negative: ({ against, reading, name }) =>
    against
      ? `Bright areas ${reading.against('they', name)}; clear areas do not.`
      : `Nothing here ${reading.against('it', name)}: the map is nowhere negative.`,
  all: ({ style, reading, name }) =>
    `Green areas ${reading.towards('they', name)}; ${AGAINST[colormapFor(style)]} areas ${reading.against('they', 'it')}.`,
  absolute_value: ({ reading, name }) => `Bright areas ${reading.either('they', name)}; clear areas do not.`,
};

/** The colour below zero of each colormap with a middle; above zero they are all green. */
const AGAINST: Readonly<Partial<Record<ColormapName, string>>> = { vanimo: 'pink', RdWhGn: 'red' };

const DRAWN: Readonly<Record<ViewSettings['upsampling'], string>> = {
  none: 'drawn as they are',
  nearest: 'each repeated over its pixels',
  bilinear: 'blended here for reading',
  bicubic: 'blended here for reading',
};

/**
 * Why a map is no explanation since there are no numbers, as far as it is known; undefined where there are.
 * @param ofScore whether it explains the score
 */
export function describeNotNumbers({ data, output }: LayerMap, { target, maps, notNumbers }: Sweep, ofScore: boolean): string | undefined {
  const origin = notNumbers === undefined ? '' : ` ${notNumbers}`;
  if (ofScore && Number.isNaN(target.score)) return `The score is not a number (NaN), so that no map explains it.${origin}`;
  const count = notNumbersIn(data);
  if (count === 0) return undefined;
  const many = count === data.length ? 'The values of this map' : `${count} of the ${data.length} values of this map`;
  if (!ofScore) return `${many} are not numbers (NaN).${origin}`;
  const at = maps.findIndex((map) => map.output === output);
  const behind = maps.slice(at + 1).find((map) => !map.reduced && notNumbersIn(map.data) === 0);
  const where = at >= 0 && behind ? `between here and ${behind.output}, whose map is numbers` : 'on the way back from it';
  return `${many} are not numbers (NaN), though the score is one: its gradient is lost ${where}, where an operation has none (such as a square root at 0) or a value is too large or small.`;
}

/** At which resolution the layer answers, and what was done to draw it. */
export function resolutionOf(
  map: LayerMap,
  { upsampling, outlierPercent }: Pick<ViewSettings, 'upsampling' | 'outlierPercent'>,
  ofPixels: boolean,
): string {
  const cells = ofPixels
    ? `One value for each of the ${map.width} × ${map.height} pixels that the network sees, summed over channels.`
    : `This layer answers in ${map.width} × ${map.height} cells, ${DRAWN[upsampling]}.`;
  return outlierPercent > 0 ? `${cells} The strongest ${outlierPercent}% of it is clipped to the end of the scale.` : cells;
}

/** A value of a map: three significant digits, and no false precision near zero. */
export function formatValue(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  const text = size >= 1e5 || size < 0.001 ? size.toExponential(1) : String(Number(size.toPrecision(3)));
  return value < 0 ? `−${text}` : text;
}

/** "−1 to 1" for "-1 to 1" */
export const withMinus = (text: string): string => text.replace(/-(?=\d)/g, '−');
