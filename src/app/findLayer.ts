import type { LayerValues } from '../attribution/method.ts';
import type { Graph } from '../graph/graph.ts';
import type { Layer } from '../protocol/model.ts';
import { InspectumError } from '../tensor/errors.ts';
import { allLayers, valueEntering } from './layerTree.ts';

/**
 * A layer by what a person writes: a module path (`features.18`), a node's name, or the name of a value.
 * @throws InspectumError 'usage' that lists the nearest names where there is none
 */
export function findLayer(id: string, layers: readonly Layer[], graph: Graph): LayerValues {
  const rows = [...allLayers(layers)];
  const row = rows.find((layer) => layer.id === id) ?? rows.find((layer) => layer.node === id);
  if (row) return { id, output: row.output, input: valueEntering(graph, row) };
  const maker = graph.nodes.find((node) => node.outputs.includes(id));
  if (maker) return { id, output: id, input: maker.inputs.find((name) => name !== '' && !graph.initializers.has(name)) };
  const near = nearest(id, [...new Set(rows.flatMap((layer) => [layer.id, ...(layer.node ? [layer.node] : [])]))]);
  throw new InspectumError(
    'usage',
    `There is no layer ${JSON.stringify(id)}. The nearest names are: ${near.join(', ')}. "inspectum layers MODEL" lists all.`,
  );
}

/** The names that differ least from `wanted`. */
export function nearest(wanted: string, names: readonly string[], count = 5): string[] {
  return names
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) - (name.includes(wanted) ? 100 : 0) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ name }) => name);
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++)
      current.push(
        Math.min(
          (previous[j] as number) + 1,
          (current[j - 1] as number) + 1,
          (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    previous = current;
  }
  return previous[b.length] as number;
}
