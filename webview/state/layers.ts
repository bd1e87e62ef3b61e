import type { Layer } from '../../src/protocol/model.ts';

/** The layers of a model by id, with their ancestors, outermost first. */
export interface LayerIndex {
  readonly byId: ReadonlyMap<string, Layer>;
  readonly ancestors: ReadonlyMap<string, readonly Layer[]>;
}

export function indexLayers(layers: readonly Layer[]): LayerIndex {
  const byId = new Map<string, Layer>();
  const ancestors = new Map<string, readonly Layer[]>();
  const visit = (siblings: readonly Layer[], path: readonly Layer[]): void => {
    for (const layer of siblings) {
      byId.set(layer.id, layer);
      ancestors.set(layer.id, path);
      if (layer.children.length > 0) visit(layer.children, [...path, layer]);
    }
  };
  visit(layers, []);
  return { byId, ancestors };
}

/** What a layer is called: by its author's name where it has one, else by what it does. */
export interface LayerTitle {
  readonly main: string;
  /** What it does, where the title does not say it. */
  readonly kind: string;
  /** The name that the file's writer made up, where the title is not that. */
  readonly made: string;
}

/** Modules have their author's names; those of bare nodes are mostly made up by whatever wrote the file. */
export function titleOf(layer: Layer): LayerTitle {
  const what = [layer.kind, layer.detail].filter(Boolean).join(' ');
  const bare = layer.op !== undefined && layer.id === layer.node && layer.kind !== '';
  return bare ? { main: layer.kind, kind: layer.detail, made: layer.name } : { main: layer.name, kind: what, made: '' };
}

/** "32×112×112", without the batch; before an image says the size, with the file's symbols: "32×⌈height/2⌉×⌈width/2⌉". */
export const shapeOf = ({ dims, shape }: Layer, isGiven: boolean): string =>
  isGiven ? dims?.join('×') || shape : rounded(shape.slice(shape.indexOf('×') + 1));

/** Quotients in brackets, as they are mostly written: "⌈height/2⌉" for "floor((height + 1)/2)", "⌊height/2⌋" for "floor(height/2)". */
export const rounded = (shape: string): string =>
  shape
    .replace(/floor\(\(([\w.?]+) \+ (\d+)\)\/(\d+)\)/g, (all, symbol: string, more: string, by: string) =>
      Number(more) === Number(by) - 1 ? `⌈${symbol}/${by}⌉` : all,
    )
    .replace(/floor\(([\w.?]+\/\d+)\)/g, '⌊$1⌋');

const UNITS = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** 3 significant digits with a unit: "3.49 M". */
export function formatCount(count: number): string {
  const [size, unit] = UNITS.find(([least]) => count >= least) ?? [1, ''];
  return unit ? `${Number((count / size).toPrecision(3))} ${unit}` : String(count);
}
