import type { Layer } from '../../src/protocol/model.ts';

/** A visible row of the tree. */
export interface Row {
  readonly layer: Layer;
  readonly depth: number;
  readonly expandable: boolean;
  readonly expanded: boolean;
  /** Its place among its siblings, from 1, and how many they are. */
  readonly position: number;
  readonly siblings: number;
  /** Index of the parent's row; -1 at the top. */
  readonly parent: number;
}

export interface RowOptions {
  readonly expanded: ReadonlySet<string>;
  /** Words that all must be in the id, kind or detail, in any case. */
  readonly query: string;
  readonly plumbing: boolean;
}

/** The rows that are to be seen. With a query: the layers that match, their ancestors (expanded), and nothing else. */
export function visibleRows(layers: readonly Layer[], { expanded, query, plumbing }: RowOptions): Row[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = words.length > 0 ? keptBy(layers, words, plumbing) : undefined;
  const wanted = (layer: Layer) => (plumbing || !layer.plumbing) && (!kept || kept.has(layer));
  const rows: Row[] = [];
  const visit = (siblings: readonly Layer[], depth: number, parent: number): void => {
    const seen = siblings.filter(wanted);
    seen.forEach((layer, i) => {
      const expandable = layer.children.some(wanted);
      const open = expandable && (kept !== undefined || expanded.has(layer.id));
      rows.push({ layer, depth, expandable, expanded: open, position: i + 1, siblings: seen.length, parent });
      if (open) visit(layer.children, depth + 1, rows.length - 1);
    });
  };
  visit(layers, 0, -1);
  return rows;
}

function keptBy(layers: readonly Layer[], words: readonly string[], plumbing: boolean): ReadonlySet<Layer> {
  const kept = new Set<Layer>();
  const visit = (layer: Layer): boolean => {
    if (!plumbing && layer.plumbing) return false;
    const text = `${layer.id} ${layer.kind} ${layer.detail} ${layer.op ?? ''}`.toLowerCase();
    const below = layer.children.map(visit).some(Boolean);
    if (!below && !words.every((word) => text.includes(word))) return false;
    kept.add(layer);
    return true;
  };
  layers.forEach(visit);
  return kept;
}

/** How many rows a tree may open to at first. */
const COMFORTABLE = 28;

/** Expands whole levels while the tree stays comfortably short, and what leads to `shown`. */
export function firstExpanded(layers: readonly Layer[], shown: readonly Layer[]): ReadonlySet<string> {
  const expanded = new Set(shown.map((layer) => layer.id));
  let level = layers.filter((layer) => !layer.plumbing);
  let count = level.length;
  while (level.length > 0) {
    const next = level.flatMap((layer) => layer.children.filter((child) => !child.plumbing));
    count += next.length;
    if (next.length === 0 || count > COMFORTABLE) break;
    for (const layer of level) if (layer.children.length > 0) expanded.add(layer.id);
    level = next;
  }
  return expanded;
}

export const countLayers = (layers: readonly Layer[], plumbing: boolean): number =>
  layers.reduce((sum, layer) => sum + (plumbing || !layer.plumbing ? 1 : 0) + countLayers(layer.children, plumbing), 0);
