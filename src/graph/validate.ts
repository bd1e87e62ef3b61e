import { InspectumError } from '../tensor/errors.ts';
import { valuesRead } from './builder.ts';
import type { Graph, Node } from './graph.ts';

const describe = (node: Node): string => `node ${node.name} (${node.op})`;

/**
 * Checks that a graph can be run as it stands: every value is made exactly once and before it is used, names of nodes are
 * unique, there are outputs and every one is made. Subgraphs are checked too.
 * @throws InspectumError 'corrupt' naming node and value
 */
export function validateGraph(graph: Graph): void {
  if (graph.outputs.length === 0) throw new InspectumError('corrupt', 'The graph has no output: there is nothing to compute.');
  check(graph, new Set());
}

function check(graph: Graph, outer: ReadonlySet<string>): void {
  const made = producers(graph);
  const names = new Set<string>();
  const known = new Set([...outer, ...graph.inputs.map((port) => port.name), ...graph.initializers.keys()]);
  for (const node of graph.nodes) {
    if (names.has(node.name)) throw new InspectumError('corrupt', `The graph has two nodes named ${node.name}.`);
    names.add(node.name);
    for (const value of valuesRead(node)) if (!known.has(value)) throw unmade(graph, made, node, value);
    for (const attribute of Object.values(node.attributes)) if (attribute.type === 'graph') check(attribute.value, known);
    for (const value of node.outputs) if (value !== '') known.add(value);
  }
  for (const { name } of graph.outputs)
    if (!known.has(name)) throw new InspectumError('corrupt', `The graph's output ${name} is made by no node. The file is damaged.`);
}

/** Who makes each value. @throws InspectumError 'corrupt' where two do */
function producers(graph: Graph): Map<string, Node> {
  const made = new Map<string, Node>();
  const given = new Set([...graph.inputs.map((port) => port.name), ...graph.initializers.keys()]);
  for (const node of graph.nodes)
    for (const value of node.outputs) {
      if (value === '') continue;
      const other = made.get(value);
      if (other) throw new InspectumError('corrupt', `The value ${value} is made twice: by ${describe(other)} and by ${describe(node)}.`);
      if (given.has(value))
        throw new InspectumError('corrupt', `The value ${value} is made by ${describe(node)}, but it is also an input or weight.`);
      made.set(value, node);
    }
  return made;
}

function unmade(graph: Graph, made: ReadonlyMap<string, Node>, node: Node, value: string): InspectumError {
  const maker = made.get(value);
  if (!maker)
    return new InspectumError('corrupt', `The value ${value}, which ${describe(node)} uses, is made by no node. The file is damaged.`);
  const cycle = findCycle(graph, made, node);
  if (cycle) return cycleError(cycle);
  return new InspectumError('corrupt', `The value ${value} is used by ${describe(node)} before ${describe(maker)} makes it.`);
}

const cycleError = (cycle: readonly Node[]): InspectumError => {
  const names = cycle.map((n) => n.name);
  const shown = names.length > 6 ? [...names.slice(0, 5), `… (${names.length - 6} more)`, names.at(-1)] : names;
  return new InspectumError('corrupt', `The graph has a cycle: ${[...shown, names[0]].join(' → ')}. A network with a cycle cannot be run.`);
};

/** The nodes of a cycle that `start` depends on, in the order in which values flow; undefined where there is none. */
function findCycle(graph: Graph, made: ReadonlyMap<string, Node>, start: Node): readonly Node[] | undefined {
  const done = new Set<Node>();
  const path: Node[] = [];
  const pending: { node: Node; sources: Node[] }[] = [];
  const sourcesOf = (node: Node): Node[] => valuesRead(node).flatMap((value) => made.get(value) ?? []);
  for (const root of [start, ...graph.nodes]) {
    if (done.has(root)) continue;
    pending.push({ node: root, sources: sourcesOf(root) });
    path.push(root);
    const onPath = new Set(path);
    while (pending.length > 0) {
      const top = pending.at(-1) as { node: Node; sources: Node[] };
      const next = top.sources.pop();
      if (!next) {
        done.add(top.node);
        onPath.delete(top.node);
        path.pop();
        pending.pop();
      } else if (onPath.has(next)) return path.slice(path.indexOf(next)).reverse();
      else if (!done.has(next)) {
        pending.push({ node: next, sources: sourcesOf(next) });
        path.push(next);
        onPath.add(next);
      }
    }
  }
  return undefined;
}

/**
 * The graph with its nodes in an order in which every value is made before it is used; the file's order is kept where it is one.
 * Subgraphs are left as they are.
 * @throws InspectumError 'corrupt' where a cycle leaves no such order, or a value is made twice
 */
export function sortNodes(graph: Graph): Graph {
  const made = producers(graph);
  const waiting = new Map<Node, number>();
  const readers = new Map<Node, Node[]>();
  for (const node of graph.nodes) {
    const sources = new Set(valuesRead(node).flatMap((value) => made.get(value) ?? []));
    waiting.set(node, sources.size);
    for (const source of sources) {
      const list = readers.get(source);
      if (list) list.push(node);
      else readers.set(source, [node]);
    }
  }
  const position = new Map(graph.nodes.map((node, i) => [node, i]));
  const nodes: Node[] = [];
  const placed = new Set<Node>();
  for (const first of graph.nodes) {
    const ready = waiting.get(first) === 0 && !placed.has(first) ? [first] : [];
    for (let node = ready.pop(); node; node = ready.pop()) {
      nodes.push(node);
      placed.add(node);
      for (const reader of readers.get(node) ?? []) {
        const left = (waiting.get(reader) as number) - 1;
        waiting.set(reader, left);
        // A reader that the loop has already passed goes now; the others when the loop comes to them.
        if (left === 0 && (position.get(reader) as number) < (position.get(first) as number)) ready.push(reader);
      }
    }
  }
  const left = graph.nodes.find((node) => !placed.has(node));
  if (left) throw cycleError(findCycle(graph, made, left) ?? [left]);
  return nodes.every((node, i) => node === graph.nodes[i]) ? graph : { ...graph, nodes };
}
