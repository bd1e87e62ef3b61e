import type { LayerValues } from '../../attribution/method.ts';
import type { Graph, Node } from '../../graph/graph.ts';
import type { Layer } from '../../protocol/model.ts';
import { isFloat } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { LayerPaths } from './layerPaths.ts';
import { allLayers, borderOf } from './layerTree.ts';

/** The values of a row of the tree. @throws InspectumError 'usage' where there is no row of this id */
export function layerOfRow(id: string, layers: readonly Layer[], graph: Graph): LayerValues {
  const row = [...allLayers(layers)].find((layer) => layer.id === id);
  return row ? valuesOf(row, id, graph) : findLayer(id, layers, graph);
}

/**
 * A layer by what a person writes: a module path (`features.18`, or `features[18]` as Python has it), a node's name, or the name of a
 * value. Where there is none, a `model.` or `module.` in front is added or left out, if only one layer is meant then.
 * @throws InspectumError 'usage' that lists the nearest names where there is none, and what is meant where names of several kinds agree
 */
export function findLayer(name: string, layers: readonly Layer[], graph: Graph): LayerValues {
  const rows = [...allLayers(layers)];
  const exact = meantBy(name, rows, graph);
  if (exact.length > 0) return onlyOne(name, exact);
  const paths = new LayerPaths(layers, graph);
  const path = paths.resolved(name);
  const id = paths.ids.get(path);
  const near =
    id === undefined ? [...paths.ids].filter(([other]) => withoutWrapper(other) === withoutWrapper(path)) : [[path, id] as const];
  const meant = near.flatMap(([, other]) => meantBy(other, rows, graph));
  if (meant.length > 0) return onlyOne(name, meant);
  const names = new Set(rows.flatMap((row) => (row.node === undefined ? [row.id] : [row.id, row.node])));
  throw new InspectumError(
    'usage',
    `There is no layer ${JSON.stringify(name)}. The nearest names are: ${nearest(path, [...names]).join(', ')}. "inspectum layers MODEL" lists all.`,
  );
}

/** What wraps a whole network: an attribute that holds it, or PyTorch's DataParallel. */
const withoutWrapper = (path: string): string => path.replace(/^(?:(?:model|module)\.)+/, '');

interface Meant extends LayerValues {
  /** "a module", "a layer (Conv)", "a value". */
  readonly what: string;
}

/** All that is called so: rows of the tree, a module that became one row with what is around it, a value. */
function meantBy(name: string, rows: readonly Layer[], graph: Graph): Meant[] {
  const named = rows.filter((row) => row.id === name || row.node === name);
  const inside = named.some((row) => row.id === name) ? undefined : onlyRowOf(name, rows, graph);
  const maker = graph.nodes.find((node) => node.outputs.includes(name));
  return [
    ...[...named, ...(inside ? [inside] : [])].map((row) => ({
      what: row.op === undefined ? 'a module' : `a layer (${row.op})`,
      ...valuesOf(row, name, graph),
    })),
    ...(maker && name !== '' ? [{ what: 'a value', ...valuesOfNode(maker, name, graph) }] : []),
  ];
}

/** @throws InspectumError 'usage' where several values are meant */
function onlyOne(name: string, meant: readonly Meant[]): LayerValues {
  const [first] = meant as readonly [Meant, ...Meant[]];
  if (meant.some((other) => other.output !== first.output))
    throw new InspectumError(
      'usage',
      `The layer ${JSON.stringify(name)} is ambiguous: ${meant.map(({ what, output }) => `${what} with the value ${output}`).join(', ')}. Give the name of a value, node or module that only one of them has.`,
    );
  const { output, outputs, inputs } = first;
  return { id: name, output, outputs, inputs };
}

/** The row into which a module went that has no row of its own: one with a single layer, in one with a single layer. */
function onlyRowOf(module: string, rows: readonly Layer[], graph: Graph): Layer | undefined {
  const nodes = graph.nodes.filter((node) => node.module === module || node.module?.startsWith(`${module}.`));
  const names = new Set(nodes.map((node) => node.name));
  return rows.find((row) => row.node !== undefined && !row.plumbing && names.has(row.node));
}

/** What the integers of a quantised value stand for, where the model computes that; else the value itself. */
export function numbersOf(value: string, graph: Graph): string {
  if (!isWhole(value, graph)) return value;
  return graph.nodes.find((node) => node.op === 'DequantizeLinear' && node.inputs[0] === value)?.outputs[0] ?? value;
}

function valuesOf(row: Layer, id: string, graph: Graph): LayerValues {
  const shown = numbersOf(row.output, graph);
  const { leaving, entering } = borderOf(graph, row);
  const all = [...new Set(leaving.map((name) => numbersOf(name, graph)))];
  // a classifier that puts its label before its scores is explained by them
  const output = isWhole(shown, graph) ? (all.find((name) => isPlain(name, graph)) ?? shown) : shown;
  const outputs = all.filter((name) => name === output || isPlain(name, graph));
  return { id, output, outputs: outputs.includes(output) ? outputs : [output], inputs: inputsOf(entering, graph) };
}

function valuesOfNode(node: Node, value: string, graph: Graph): LayerValues {
  const output = numbersOf(value, graph);
  const entering = node.inputs.filter((name) => name !== '' && !graph.initializers.has(name));
  return { id: value, output, outputs: [output], inputs: inputsOf([...new Set(entering)], graph) };
}

/** What of the values that enter a layer can be attributed to; where there is nothing the first. */
function inputsOf(entering: readonly string[], graph: Graph): readonly string[] {
  const plain = entering.filter((name) => isPlain(name, graph));
  return plain.length > 0 ? plain : entering.slice(0, 1);
}

/** Whether a value is known to be no tensor of floating-point numbers. */
function isWhole(value: string, graph: Graph): boolean {
  const { dtype } = graph.values.get(value) ?? {};
  return dtype !== undefined && !isFloat(dtype);
}

/** Whether a value is a tensor of floating-point numbers of a known rank, with a batch: no shape, index or mask. */
function isPlain(value: string, graph: Graph): boolean {
  const { dtype, shape = [] } = graph.values.get(value) ?? graph.inputs.find(({ name }) => name === value) ?? {};
  return dtype !== undefined && isFloat(dtype) && shape.length > 0;
}

/** No more of a name is compared: a file may hold names of any length. */
const COMPARED = 200;

/** The names that differ least from `wanted`. */
export function nearest(wanted: string, names: readonly string[], count = 5): string[] {
  const lower = wanted.toLowerCase().slice(0, COMPARED);
  return names
    .map((name) => {
      const other = name.toLowerCase().slice(0, COMPARED);
      return { name, distance: editDistance(lower, other) - (other.includes(lower) ? COMPARED : 0) };
    })
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
