import { valuesRead } from '../graph/builder.ts';
import { describeNode, isPlumbing } from '../graph/describe.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { Layer } from '../protocol/model.ts';
import { isFloat } from '../tensor/dtype.ts';
import { formatShape, isStatic } from '../tensor/shape.ts';

/**
 * The model as a tree of layers, in the order of computation: modules from the author's names, nodes inside of them.
 * A module of one layer is one row. A module's value is the last one that leaves it.
 */
export function layerTree(graph: Graph): readonly Layer[] {
  const top = new Module('', '');
  for (const node of graph.nodes) moduleOf(top, node).entries.push(node);
  const leaving = valuesLeaving(graph);
  return top.entries.flatMap((entry) => row(entry, graph, leaving));
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

const segmentsOf = (node: Node): string[] => (node.module ? node.module.split('.').slice(0, MAX_DEPTH) : []);

const moduleOf = (top: Module, node: Node): Module => segmentsOf(node).reduce((module, name) => module.child(name), top);

/** For every module path, the last value that is made inside and read outside. */
function valuesLeaving(graph: Graph): Map<string, string> {
  const readers = new Map<string, string[]>();
  for (const node of graph.nodes)
    for (const name of valuesRead(node)) {
      const list = readers.get(name);
      if (list) list.push(node.module ?? '');
      else readers.set(name, [node.module ?? '']);
    }
  const outputs = new Set(graph.outputs.map((o) => o.name));
  const leaving = new Map<string, string>();
  for (const node of graph.nodes) {
    const segments = segmentsOf(node);
    for (const value of node.outputs) {
      const inside = readers.get(value) ?? [];
      for (let depth = segments.length; depth > 0; depth--) {
        const path = segments.slice(0, depth).join('.');
        if (outputs.has(value) || inside.some((reader) => reader !== path && !reader.startsWith(`${path}.`))) leaving.set(path, value);
      }
    }
  }
  return leaving;
}

/** The value that enters a layer: the first computed value that one of its nodes reads from outside. */
export function valueEntering(graph: Graph, layer: Layer): string | undefined {
  const own = new Set([layer, ...allLayers(layer.children)].map((l) => l.node));
  const nodes = graph.nodes.filter((node) => own.has(node.name));
  const made = new Set(nodes.flatMap((node) => node.outputs));
  return nodes.flatMap(valuesRead).find((name) => !made.has(name) && !graph.initializers.has(name));
}

function row(entry: Module | Node, graph: Graph, leaving: ReadonlyMap<string, string>): Layer[] {
  if (!(entry instanceof Module)) return [nodeRow(entry, graph)];
  const children = entry.entries.flatMap((child) => row(child, graph, leaving));
  const visible = children.filter((child) => !child.plumbing);
  const [only] = visible;
  if (visible.length === 1 && only?.op !== undefined && only.children.length === 0) {
    const hidden = children.filter((child) => child !== only);
    return [{ ...only, id: entry.path, name: entry.name, children: hidden }];
  }
  const output = leaving.get(entry.path) ?? children.at(-1)?.output;
  if (output === undefined) return [];
  const macs = children.map((child) => child.macs);
  return [
    {
      id: entry.path,
      name: entry.name,
      kind: '',
      detail: '',
      output,
      ...valueFacts(output, graph),
      parameters: children.reduce((sum, child) => sum + child.parameters, 0),
      ...(macs.every((m) => m !== undefined) && { macs: macs.reduce((sum, m) => sum + m, 0) }),
      plumbing: visible.length === 0,
      children,
    },
  ];
}

function nodeRow(node: Node, graph: Graph): Layer {
  const output = node.outputs.find((name) => name !== '') ?? '';
  const { kind, detail, parameters, macs } = describeNode(node, graph);
  return {
    id: node.name,
    name: node.name.split('/').at(-1) || node.name,
    kind,
    detail,
    op: node.op,
    node: node.name,
    output,
    ...valueFacts(output, graph),
    parameters,
    ...(macs !== undefined && { macs }),
    plumbing: isPlumbing(node, graph),
    children: [],
  };
}

function valueFacts(output: string, graph: Graph): Pick<Layer, 'shape' | 'dims' | 'spatial'> {
  const { shape, dtype } = graph.values.get(output) ?? {};
  if (!shape) return { shape: '', spatial: false };
  const dims = shape.slice(1);
  if (!isStatic(dims)) return { shape: formatShape(shape), spatial: false };
  const [, height = 1, width = 1] = dims;
  return { shape: formatShape(shape), dims, spatial: dims.length === 3 && height * width > 1 && isFloat(dtype ?? 'float32') };
}
