import type { Layer } from '../protocol/model.ts';

/** The tree as text: indented ids, kind and hyper-parameters, shape, parameters. Plumbing is left out. */
export function visibleRows(layers: readonly Layer[]): string[] {
  const rows = collect(layers, 0);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => (row[column] as string).length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < 3 ? cell.padEnd(widths[column] as number) : cell))
      .join('  ')
      .trimEnd(),
  );
}

function collect(layers: readonly Layer[], depth: number): string[][] {
  return layers
    .filter((layer) => !layer.plumbing)
    .flatMap((layer) => [
      [
        '  '.repeat(depth) + layer.id,
        `${layer.kind} ${layer.detail}`.trim(),
        layer.shape,
        layer.parameters ? layer.parameters.toLocaleString('en') : '',
      ],
      ...collect(layer.children, depth + 1),
    ]);
}
