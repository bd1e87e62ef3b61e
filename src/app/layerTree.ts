import { valuesRead } from '../graph/builder.ts';
import { describeNode, isPlumbing } from '../graph/describe.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { cellsOf } from '../graph/imageAxes.ts';
import type { Layer } from '../protocol/model.ts';
import type { Cells } from '../tensor/cells.ts';
import { formatShape, isStatic, type Shape } from '../tensor/shape.ts';

/**
 * The model as a tree of layers, in the order of computation: modules from the author's names, nodes inside of them.
 * A module of one layer is one row. A module's value is the last one that leaves it.
 * @param facts how a value lies over the image, and its shape as it is shown
 */
export function layerTree(graph: Graph, facts: ValueFacts = {}): readonly Layer[] {
  const top = new Module('', '');
  const paths = new Set<string>();
  for (const node of graph.nodes) {
    const module = moduleOf(top, node);
    module.entries.push(node);
    for (let path = module.path; path !== '' && !paths.has(path); path = parentOf(path)) paths.add(path);
  }
  const cells = facts.cells ?? ((value) => cellsOf(graph, new Map(), value));
  const shape = facts.shape ?? ((value) => graph.values.get(value)?.shape);
  const context: Context = { graph, cells, shape, leaving: valuesLeaving(graph), ids: nodeIds(graph, paths) };
  return top.entries.flatMap((entry) => row(entry, context));
}

interface ValueFacts {
  readonly cells?: (value: string) => Cells | undefined;
  readonly shape?: (value: string) => Shape | undefined;
}

interface Context extends Required<ValueFacts> {
  readonly graph: Graph;
  readonly leaving: ReadonlyMap<string, string>;
  /** Ids of nodes: their names, but never a module's path. */
  readonly ids: ReadonlyMap<Node, string>;
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));

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
  readonly entries: (Module | Node)[] = [];
  readonly #children = new Map<string, Module>();

  constructor(path: string, name: string) {
    this.path = path;
    this.name = name;
  }

  child(name: string): Module {
    const known = this.#children.get(name);
    if (known) return known;
    const child = new Module(this.path ? `${this.path}.${name}` : name, name);
    this.#children.set(name, child);
    this.entries.push(child);
    return child;
  }
}

const MAX_DEPTH = 32;

const segmentsOf = (node: Node): string[] =>
  (node.module ?? '')
    .split('.')
    .filter((name) => name !== '')
    .slice(0, MAX_DEPTH);

const moduleOf = (top: Module, node: Node): Module => segmentsOf(node).reduce((module, name) => module.child(name), top);

/** For every module path, the last value that is made inside and read outside. */
function valuesLeaving(graph: Graph): Map<string, string> {
  const modules = new Map(graph.nodes.map((node) => [node, segmentsOf(node)]));
  const readers = new Map<string, string[][]>();
  for (const [node, module] of modules)
    for (const name of valuesRead(node)) {
      const list = readers.get(name);
      if (list) list.push(module);
      else readers.set(name, [module]);
    }
  const outputs = new Set(graph.outputs.map((o) => o.name));
  const leaving = new Map<string, string>();
  for (const [node, module] of modules)
    for (const value of node.outputs) {
      // A reader that shares the first n names of the path reads inside of the n outer modules, and outside of the rest.
      const readBy = outputs.has(value) ? [[]] : (readers.get(value) ?? []);
      const shared = readBy.reduce((least, reader) => Math.min(least, commonLength(reader, module)), module.length);
      for (let depth = shared + 1; depth <= module.length; depth++) leaving.set(module.slice(0, depth).join('.'), value);
    }
  return leaving;
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/** The value that enters a layer: the first computed value that one of its nodes reads from outside. */
export function valueEntering(graph: Graph, layer: Layer): string | undefined {
  const own = new Set([layer, ...allLayers(layer.children)].map((l) => l.node));
  const nodes = graph.nodes.filter((node) => own.has(node.name));
  const made = new Set(nodes.flatMap((node) => node.outputs));
  return nodes.flatMap(valuesRead).find((name) => !made.has(name) && !graph.initializers.has(name));
}

function row(entry: Module | Node, context: Context): Layer[] {
  if (!(entry instanceof Module)) return [nodeRow(entry, context)];
  const children = entry.entries.flatMap((child) => row(child, context));
  const visible = children.filter((child) => !child.plumbing);
  const [only] = visible;
  if (visible.length === 1 && only?.op !== undefined && only.children.length === 0) {
    const hidden = children.filter((child) => child !== only);
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
      children,
    },
  ];
}

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
