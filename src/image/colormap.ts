import { COLORMAP_TABLES } from './colormapTables.ts';
import { type ColorStops, linearSegmentedTable } from './linearSegmented.ts';
import type { Sign } from './normalize.ts';

interface ColormapInfo {
  /** As a person reads it. */
  readonly label: string;
  /** 'diverging': its middle stands for 0; 'sequential': its first colour does. */
  readonly kind: 'sequential' | 'diverging';
}

/** The colormaps that are offered, the default of its kind first; names are matplotlib's, RdWhGn is Captum's red-white-green. */
export const COLORMAPS = {
  inferno: { label: 'Inferno', kind: 'sequential' },
  viridis: { label: 'Viridis', kind: 'sequential' },
  magma: { label: 'Magma', kind: 'sequential' },
  turbo: { label: 'Turbo', kind: 'sequential' },
  jet: { label: 'JET (Grad-CAM paper)', kind: 'sequential' },
  Greens: { label: 'Greens (Captum, positive)', kind: 'sequential' },
  Reds: { label: 'Reds (Captum, negative)', kind: 'sequential' },
  Blues: { label: 'Blues (Captum, absolute)', kind: 'sequential' },
  vanimo: { label: 'Vanimo (pink – green)', kind: 'diverging' },
  RdWhGn: { label: 'Red – white – green (Captum)', kind: 'diverging' },
} as const satisfies Readonly<Record<string, ColormapInfo>>;

export type ColormapName = keyof typeof COLORMAPS;

export const COLORMAP_NAMES = Object.keys(COLORMAPS) as readonly ColormapName[];

export const isColormapName = (name: string): name is ColormapName => Object.hasOwn(COLORMAPS, name);

/** The perceptually uniform default: diverging where both signs are shown. */
export const defaultColormap = (sign: Sign): ColormapName => (sign === 'all' ? 'vanimo' : 'inferno');

const decoded = new Map<ColormapName, Uint8Array>();

/** The 256 colours of a colormap: red, green, blue, 0 to 255. */
export function colormapTable(name: ColormapName): Uint8Array {
  let table = decoded.get(name);
  if (!table) {
    const hex = COLORMAP_TABLES[name].join('');
    table = Uint8Array.from({ length: 768 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16));
    decoded.set(name, table);
  }
  return table;
}

/** One of ours, or a person's own. */
export type Colormap = ColormapName | ColorStops;

/** The 256 colours of a colormap. @throws RangeError as `linearSegmentedTable` does */
export const tableOf = (colormap: Colormap): Uint8Array =>
  typeof colormap === 'string' ? colormapTable(colormap) : linearSegmentedTable(colormap);

/** Which of the 256 colours a normalised value has: from 0 to 1, for sign 'all' from −1 to 1, as matplotlib does with vmin and vmax. */
export const colorIndex = (value: number, sign: Sign): number =>
  Math.min(255, Math.max(0, Math.trunc((sign === 'all' ? (value + 1) / 2 : value) * 256)));
