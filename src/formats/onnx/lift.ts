import { valuesRead } from '../../graph/builder.ts';
import { type Attributes, type Graph, type Node, nodeKey, OPSET } from '../../graph/graph.ts';
import { Names } from '../../graph/names.ts';
import { sortNodes } from '../../graph/validate.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { constantOf } from './constants.ts';
import { functionTable, instantiate } from './functions.ts';
import { withGroups } from './fused/groups.ts';
import { unfused } from './fused/index.ts';
import { LiftedGraph, LiftSite } from './liftSite.ts';
import type { FunctionBody, FunctionNode, OnnxModel } from './model.ts';
import { NEWEST_OPSET, nextStep } from './upgrades/index.ts';

/** Deeper nesting of functions and subgraphs, or more nodes, than any model has. */
const MAX_DEPTH = 64;
const MAX_NODES = 500_000;

/** Where ONNX Runtime puts operators whose values it has arranged for one processor, at the level "all". */
const BLOCKED_LAYOUT = 'com.microsoft.nchwc';

/**
 * The model as a graph of the one opset, giving the same outputs: functions inlined, Constant nodes made initializers, every node
 * of ONNX's own domain rewritten to the graph's opset. Operators of other domains, and unknown ones, stay as they are. No weight
 * is read but small constants that a change of form depends on.
 * @throws InspectumError 'unsupported' naming the operator where there is no such form; 'corrupt' where the file states no opset, a
 * function calls itself, or an attribute is of the wrong type; 'too-large' where functions unfold without end
 */
export function lift(model: OnnxModel): Graph {
  const opsets = opsetsOf(model);
  const lifter = new Lifter(model);
  const graph = lifter.graph(sortNodes(model.graph), opsets, 0);
  return { ...graph, domains: lifter.domains };
}

/** Opsets by domain. Before IR version 3 files had none: theirs is the first. */
function opsetsOf({ path, irVersion, opsets }: OnnxModel): ReadonlyMap<string, number> {
  if (opsets.size > 0) return opsets;
  if (irVersion < 3) return new Map([['', 1]]);
  throw new InspectumError(
    'corrupt',
    `${path}: does not say which opset its operators are of (opset_import is missing), so what they compute is not known. Export it again, or add the opset that it was written for.`,
  );
}

class Lifter {
  /** Versions of the other domains that the lifted nodes are of. */
  readonly domains = new Map<string, number>();
  readonly #path: string;
  readonly #names = new Names();
  readonly #functions: ReadonlyMap<string, FunctionBody>;
  readonly #calls: string[] = [];
  #count = 0;

  constructor(model: OnnxModel) {
    this.#path = model.path;
    this.#functions = functionTable(model.functions);
    this.#names.takeGraph(model.graph);
  }

  graph(graph: Graph, opsets: ReadonlyMap<string, number>, depth: number, outer?: LiftedGraph): Graph {
    if (depth > MAX_DEPTH)
      throw new InspectumError('too-large', `${this.#path}: functions and subgraphs are nested more than ${MAX_DEPTH} deep.`);
    const into = new LiftedGraph(graph, this.#names, outer);
    this.#nodes(graph.nodes, opsets, into, depth);
    for (const { name } of graph.outputs) this.#materialise(name, graph, into);
    const lifted = { ...graph, nodes: into.nodes, initializers: into.initializers };
    return depth > 0 ? withGroups(lifted) : lifted;
  }

  #nodes(nodes: readonly Node[], opsets: ReadonlyMap<string, number>, into: LiftedGraph, depth: number): void {
    for (const node of nodes) for (const name of valuesRead(node)) into.reads.add(name);
    for (const node of nodes) this.#node(node, opsets, into, depth);
  }

  #node(node: Node, opsets: ReadonlyMap<string, number>, into: LiftedGraph, depth: number): void {
    if (++this.#count > MAX_NODES) throw new InspectumError('too-large', `${this.#path}: has more than ${MAX_NODES} nodes.`);
    const body = this.#functions.get(nodeKey(node));
    if (body) this.#call(body, node, opsets, into, depth);
    else {
      const lifted = this.#withLiftedSubgraphs(node, opsets, into, depth);
      if (node.domain === '') this.#standard(lifted, this.#version(node, opsets), into);
      else this.#foreign(lifted, opsets, into);
    }
  }

  #foreign(node: Node, opsets: ReadonlyMap<string, number>, into: LiftedGraph): void {
    if (node.domain === BLOCKED_LAYOUT) throw this.#ofOneMachine(node);
    this.#place(node, into, opsets.get(node.domain) ?? 1);
  }

  #ofOneMachine(node: Node): InspectumError {
    return new InspectumError(
      'unsupported',
      `${this.#path}: was optimised by ONNX Runtime for the machine that it was saved on: node ${node.name} (${node.op}) computes in a layout of that machine's processor. Save it again with a graph optimisation level of at most "extended" (ORT_ENABLE_EXTENDED), or open the model that it was made of.`,
    );
  }

  /** Adds a node as it is, or its parts where it is a fused operator that is taken apart. */
  #place(node: Node, into: LiftedGraph, version: number): void {
    const parts = this.#checked(() => unfused(node, into));
    if (!parts && node.domain !== '' && !this.domains.has(node.domain)) this.domains.set(node.domain, version);
    for (const part of parts ?? [node]) into.add(withoutReferences(part));
  }

  #call(body: FunctionBody, call: Node, opsets: ReadonlyMap<string, number>, into: LiftedGraph, depth: number): void {
    const key = nodeKey(call);
    if (this.#calls.includes(key))
      throw new InspectumError('corrupt', `${this.#path}: the function ${[...this.#calls, key].join(' → ')} calls itself.`);
    if (this.#calls.length >= MAX_DEPTH)
      throw new InspectumError('too-large', `${this.#path}: functions are nested more than ${MAX_DEPTH} deep.`);
    this.#calls.push(key);
    this.#nodes(instantiate(body, call, this.#names), new Map([...opsets, ...body.opsets]), into, depth);
    this.#calls.pop();
  }

  #version(node: Node, opsets: ReadonlyMap<string, number>): number {
    const version = opsets.get('');
    if (version === undefined)
      throw new InspectumError(
        'corrupt',
        `${this.#path}: node ${node.name} (${node.op}) is an operator of ONNX, but the file says no opset.`,
      );
    if (version < 1) throw new InspectumError('corrupt', `${this.#path}: says that it is of opset ${version}; the first one is 1.`);
    if (version > NEWEST_OPSET)
      throw new InspectumError(
        'unsupported',
        `${this.#path}: is of opset ${version}; opsets up to ${NEWEST_OPSET} are supported. Export it for opset ${OPSET}, or use ONNX's version converter.`,
      );
    return version;
  }

  #withLiftedSubgraphs(node: Node, opsets: ReadonlyMap<string, number>, into: LiftedGraph, depth: number): Node {
    const entries = Object.entries(node.attributes);
    if (!entries.some(([, a]) => a.type === 'graph')) return node;
    const attributes: Attributes = Object.fromEntries(
      entries.map(([name, a]) => [name, a.type === 'graph' ? { type: 'graph', value: this.graph(a.value, opsets, depth + 1, into) } : a]),
    );
    return { ...node, attributes };
  }

  /** Applies row after row until every node is of the graph's opset. */
  #standard(first: Node, written: number, into: LiftedGraph): void {
    const pending = [{ node: first, version: written }];
    for (let item = pending.pop(); item; item = pending.pop()) {
      const { node } = item;
      if (node.op === 'Constant') {
        const constant = constantOf(node, this.#path);
        into.initializers.set(constant.name, constant);
        continue;
      }
      const step = nextStep(node.op, item.version);
      if (!step) {
        this.#place(node, into, OPSET);
        continue;
      }
      const where = `${this.#path}: node ${node.name} (${node.op}, opset ${written})`;
      const site = new LiftSite(into, node, where);
      const last = this.#apply(() => step.row.apply(node, site), written);
      for (const next of [...site.added, last].reverse()) pending.push({ node: next, version: step.version });
    }
  }

  #apply(row: () => Node, written: number): Node {
    try {
      return this.#checked(row);
    } catch (error) {
      if (error instanceof InspectumError && written < 7)
        throw new InspectumError(
          error.kind,
          `${error.message} Opset ${written} is of ONNX's first years: convert the model with ONNX's version converter to opset 13 or later.`,
          { cause: error },
        );
      throw error;
    }
  }

  /** @throws InspectumError 'corrupt' where an attribute is not of its type */
  #checked<T>(make: () => T): T {
    try {
      return make();
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError)
        throw new InspectumError('corrupt', `${this.#path}: ${error.message}`, { cause: error });
      throw error;
    }
  }

  /** An output that was a Constant's stays the output of a node: engines want one. */
  #materialise(output: string, graph: Graph, into: LiftedGraph): void {
    const constant = into.initializers.get(output);
    if (!constant || graph.initializers.has(output)) return;
    const name = this.#names.fresh(`${output}~constant`);
    into.initializers.delete(output);
    into.initializers.set(name, { ...constant, name });
    into.nodes.unshift({
      name: this.#names.fresh(`${output}~Identity`),
      op: 'Identity',
      domain: '',
      inputs: [name],
      outputs: [output],
      attributes: {},
    });
  }
}

function withoutReferences(node: Node): Node {
  const { references: _, ...plain } = node as FunctionNode;
  return plain;
}
