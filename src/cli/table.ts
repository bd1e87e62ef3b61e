import { allLayers } from '../app/tree/layerTree.ts';
import type { ClassScore, Layer } from '../protocol/model.ts';

/** The tree as text: indented ids, kind and hyper-parameters, shape, parameters, number of a footnote. Plumbing is left out. */
export function visibleRows(layers: readonly Layer[]): string[] {
  const notes = [...new Set([...allLayers(layers)].flatMap(({ plumbing, note }) => (plumbing || note === undefined ? [] : [note])))];
  const rows = collect(layers, 0, notes);
  const widths = [0, 1, 2, 3].map((column) => rows.reduce((width, row) => Math.max(width, (row[column] as string).length), 0));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column < 4 ? cell.padEnd(widths[column] as number) : cell))
      .join('  ')
      .trimEnd(),
  );
  return notes.length > 0 ? [...lines, '', ...notes.map((note, i) => `${mark(i)} ${note}`)] : lines;
}

const mark = (index: number): string => `[${index + 1}]`;

function collect(layers: readonly Layer[], depth: number, notes: readonly string[]): string[][] {
  return layers
    .filter((layer) => !layer.plumbing)
    .flatMap((layer) => [
      [
        '  '.repeat(depth) + layer.id,
        `${layer.kind} ${layer.detail}`.trim(),
        layer.shape,
        layer.parameters ? layer.parameters.toLocaleString('en') : '',
        layer.note === undefined ? '' : mark(notes.indexOf(layer.note)),
      ],
      ...collect(layer.children, depth + 1, notes),
    ]);
}

/** "  96.7%      5  mug  (5.0449)" */
export const classRow = ({ index, label = '', score, probability }: ClassScore): string =>
  `${(probability * 100).toFixed(1).padStart(6)}%  ${String(index).padStart(5)}  ${label}  (${score.toPrecision(5)})`;
