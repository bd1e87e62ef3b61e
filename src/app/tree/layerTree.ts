import { valuesRead } from '../../graph/builder.ts';
import { describeNode, isPlumbing } from '../../graph/describe.ts';
import type { Graph, Node } from '../../graph/graph.ts';
import { cellsOf } from '../../graph/imageAxes.ts';
import { type Groups, NO_GROUPS } from '../../graph/structure/groups.ts';
import type { Layer } from '../../protocol/model.ts';
import type { Cells } from '../../tensor/cells.ts';
import { formatShape, isStatic, type Shape } from '../../tensor/shape.ts';

/**
 * The model as a tree of layers, in the order of computation: modules from the author's names, else structural groups, nodes inside of
 * them. A module of one layer is one row. A module's value is the last one that leaves it.
 */
export function layerTree(graph: Graph, { groups = NO_GROUPS, cells, shape }: TreeOptions = {}): readonly Layer[] {
  const places = new Map(graph.nodes.map((node) => [node, placeOf(node, groups)]));
  const context: Context = {
    graph,
    cells: cells ?? ((value) => cellsOf(graph, new Map(), value)),
    shape: shape ?? ((value) => graph.values.get(value)?.shape),
    leaving: valuesLeaving(graph, places),
    ids: nodeIds(graph, new Set([...places.values()].flat())),
    order: new Map(),
    stages: new Set([...groups.titles.keys()].filter((path) => !path.includes('.'))),
    groups,
  };
  const top = new Module('', '');
  for (const [i, node] of graph.nodes.entries()) {
    const layer = nodeRow(node, context);
    context.order.set(layer, i);
    let module = top;
    for (const id of places.get(node) ?? []) {
      module = module.child(id, groups.titles.get(id));
      // A module stands where the first of its nodes does that a person sees.
      if (!layer.plumbing && !context.order.has(module)) context.order.set(module, i);
    }
    module.entries.push(layer);
  }
  return rows(top, context);
}

interface TreeOptions {
  /** What takes the place of modules. */
  readonly groups?: Groups;
  /** How a value lies over the image. */
  readonly cells?: (value: string) => Cells | undefined;
  /** A value's shape as it is shown. */
  readonly shape?: (value: string) => Shape | undefined;
}

interface Context {
  readonly graph: Graph;
  readonly cells: (value: string) => Cells | undefined;
  readonly shape: (value: string) => Shape | undefined;
  readonly leaving: ReadonlyMap<string, string>;
  /** Ids of nodes: their names, but never a module's path. */
  readonly ids: ReadonlyMap<Node, string>;
  readonly order: Map<Module | Layer, number>;
  /** Paths of groups that are in no other. */
  readonly stages: ReadonlySet<string>;
  readonly groups: Groups;
}

/** Ids of the groups and modules that a node is in, outermost first. */
type Place = readonly string[];

const placeOf = (node: Node, groups: Groups): Place => [...stepsOf(groups.paths.get(node) ?? ''), ...stepsOf(node.module ?? '')];

const MAX_DEPTH = 32;

/** "features.18.0" as "features", "features.18", "features.18.0". */
function stepsOf(path: string): string[] {
  const names = path.split('.').filter((name) => name !== '');
  return names.slice(0, MAX_DEPTH).map((_, i) => names.slice(0, i + 1).join('.'));
}

function nodeIds(graph: Graph, paths: ReadonlySet<string>): Map<Node, string> {
  const names = new Set(graph.nodes.map((node) => node.name));
  return new Map(
    graph.nodes.map((node) => {
      let id = node.name;
      while (paths.has(id) || (id !== node.name && names.has(id))) id += ` (${node.op})`;
      return [node, id];
    }),
  );
}

/** Every row, depth first. */
export function* allLayers(layers: readonly Layer[]): Generator<Layer> {
  for (const layer of layers) {
    yield layer;
    yield* allLayers(layer.children);
  }
}

class Module {
  readonly path: string;
  readonly name: string;
  readonly entries: (Module | Layer)[] = [];
  readonly #children = new Map<string, Module>();

  constructor(path: string, name: string) {
    this.path = path;
    this.name = name;
  }

  child(path: string, name = path.slice(path.lastIndexOf('.') + 1)): Module {
    const known = this.#children.get(path);
    if (known) return known;
    const child = new Module(path, name);
    this.#children.set(path, child);
    this.entries.push(child);
    return child;
  }
}

/** Their integers stand for the numbers that they are given. */
const QUANTIZES = new Set(['QuantizeLinear', 'DynamicQuantizeLinear']);

/** For every group and module, the last value that is made inside and read outside, no factor of one number. */
function valuesLeaving(graph: Graph, places: ReadonlyMap<Node, Place>): Map<string, string> {
  const readers = new Map<string, Place[]>();
  for (const [node, place] of places)
    for (const name of valuesRead(node)) {
      const list = readers.get(name);
      if (list) list.push(place);
      else readers.set(name, [place]);
    }
  const outputs = new Set(graph.outputs.map((o) => o.name));
  const leaving = new Map<string, string>();
  for (const [node, place] of places)
    for (const value of node.outputs) {
      if (graph.values.get(value)?.shape?.length === 0) continue;
      // A reader that shares the first n steps of the place reads inside of the n outer modules, and outside of the rest.
      const readBy = outputs.has(value) ? [[]] : (readers.get(value) ?? []);
      const shared = readBy.reduce((least, reader) => Math.min(least, commonLength(reader, place)), place.length);
      for (const id of place.slice(shared)) leaving.set(id, QUANTIZES.has(node.op) ? (node.inputs[0] ?? value) : value);
    }
  return leaving;
}

function commonLength(a: Place, b: Place): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/** What crosses a layer's border, in the order of computation: values made inside and read outside; computed outside and read inside. */
export function borderOf(graph: Graph, layer: Layer): { readonly leaving: readonly string[]; readonly entering: readonly string[] } {
  const own = new Set([layer, ...allLayers(layer.children)].map((l) => l.node));
  const [inside, outside] = [graph.nodes.filter(({ name }) => own.has(name)), graph.nodes.filter(({ name }) => !own.has(name))];
  const made = new Set(inside.flatMap((node) => node.outputs));
  const read = new Set([...graph.outputs.map(({ name }) => name), ...outside.flatMap(valuesRead)]);
  const entering = new Set(inside.flatMap(valuesRead).filter((name) => !made.has(name) && !graph.initializers.has(name)));
  return { leaving: [...made].filter((name) => read.has(name)), entering: [...entering] };
}

function rows({ entries }: Module, context: Context): Layer[] {
  const place = (entry: Module | Layer): number => context.order.get(entry) ?? Number.POSITIVE_INFINITY;
  return entries.toSorted((a, b) => place(a) - place(b) || 0).flatMap((entry) => (entry instanceof Module ? row(entry, context) : [entry]));
}

function row(entry: Module, context: Context): Layer[] {
  const children = rows(entry, context);
  const visible = children.filter((child) => !child.plumbing);
  const [only] = visible;
  if (visible.length === 1 && only?.op !== undefined && isOneWith(only, entry, context)) {
    const hidden = [...only.children, ...children.filter((child) => child !== only)];
    const value = only.output === context.leaving.get(entry.path) ? only : (reshaped(only, hidden, context) ?? only);
    const { output } = value;
    return [{ ...only, id: entry.path, name: entry.name, output, ...valueFacts(output, context), children: hidden }];
  }
  const output = context.leaving.get(entry.path) ?? children.at(-1)?.output;
  if (output === undefined) return [];
  const macs = children.map((child) => child.macs);
  return [
    {
      id: entry.path,
      name: entry.name,
      kind: '',
      detail: '',
      output,
      ...valueFacts(output, context),
      parameters: children.reduce((sum, child) => sum + child.parameters, 0),
      ...(macs.every((m) => m !== undefined) && { macs: macs.reduce((sum, m) => sum + m, 0) }),
      plumbing: visible.length === 0,
      ...(context.stages.has(entry.path) && { note: GROUPED }),
      children,
    },
  ];
}

/** Whether the only layer in a module or group takes its place. A layer with a name of the author's keeps that in a structural group. */
const isOneWith = ({ children }: Layer, { path }: Module, { groups }: Context): boolean =>
  children.length === 0 || (!groups.titles.has(path) && children.every((child) => child.plumbing));

/** What brings the matrix of a linear layer back into the shape of more dimensions that leaves its module. */
function reshaped({ op, output }: Layer, hidden: readonly Layer[], { graph }: Context): Layer | undefined {
  const last = hidden.at(-1);
  if (!(op === 'Gemm' || op === 'MatMul') || last?.op !== 'Reshape') return undefined;
  return graph.nodes.find(({ name }) => name === last.node)?.inputs[0] === output ? last : undefined;
}

function nodeRow(node: Node, context: Context): Layer {
  const { graph, ids } = context;
  const output = node.shown ?? node.outputs.find((name) => name !== '') ?? '';
  const { kind, detail, parameters, macs } = describeNode(node, graph);
  return {
    id: ids.get(node) ?? node.name,
    name: node.name.split('/').at(-1) || node.name,
    kind,
    detail,
    op: node.op,
    node: node.name,
    output,
    ...valueFacts(output, context),
    parameters,
    ...(macs !== undefined && { macs }),
    plumbing: isPlumbing(node, graph),
    ...(node.foldedNorm && { note: foldedNote(node.op, node.foldedNorm) }),
    children: [],
  };
}

const GROUPED = 'grouped by structure: the file tells no modules here';

const FOLDED_INTO: Readonly<Record<string, string>> = { Conv: 'conv', ConvTranspose: 'transposed conv', Gemm: 'linear' };

const foldedNote = (op: string, framework: string): string =>
  `${FOLDED_INTO[op] ?? op} + folded BatchNorm: in ${framework} this value is the BatchNorm's output`;

function valueFacts(output: string, context: Context): Pick<Layer, 'shape' | 'dims' | 'cells'> {
  const dims = context.graph.values.get(output)?.shape?.slice(1);
  if (!dims) return { shape: '' };
  const shape = context.shape(output) ?? [];
  const cells = context.cells(output);
  return { shape: formatShape(shape), ...(isStatic(dims) && { dims }), ...(cells && { cells }) };
}
