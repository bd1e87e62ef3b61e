import { capturedValues } from './builder.ts';
import type { Graph, Initializer, Node, ValueInfo } from './graph.ts';
import { type Inference, inferShapes } from './inferShapes.ts';
import { Names } from './names.ts';
import { Renamer } from './rename.ts';

/**
 * The graph with the branch that is taken in place of every If whose condition is known before anything runs. Branches in branches are
 * resolved too. Where there is no such If, the inference itself is returned.
 */
export function inlineBranches(inference: Inference): Inference {
  const { graph } = inference;
  const branches = new Map(graph.nodes.map((node) => [node, takenBranch(node, inference)]));
  if ([...branches.values()].every((branch) => branch === undefined)) return inference;
  const into = new Inlining(graph, (node) => branches.get(node) !== undefined);
  const nodes = graph.nodes.flatMap((node) => {
    const branch = branches.get(node);
    return branch ? into.nodesOf(branch, node) : [node];
  });
  return inlineBranches(inferShapes({ ...graph, nodes, initializers: into.initializers, values: into.values }));
}

function takenBranch(node: Node, { elements }: Inference): Graph | undefined {
  if (node.op !== 'If' || node.domain !== '') return undefined;
  const condition = elements.get(node.inputs[0] ?? '')?.elements[0];
  if (typeof condition !== 'number') return undefined;
  const branch = node.attributes[condition !== 0 ? 'then_branch' : 'else_branch'];
  return branch?.type === 'graph' ? branch.value : undefined;
}

class Inlining {
  readonly initializers: Map<string, Initializer>;
  readonly values: Map<string, ValueInfo>;
  readonly #names = new Names();

  constructor(graph: Graph, isReplaced: (node: Node) => boolean) {
    this.initializers = new Map(graph.initializers);
    this.values = new Map(graph.values);
    this.#names.takeGraph({ ...graph, nodes: graph.nodes.filter((node) => !isReplaced(node)) });
  }

  /** The nodes of a branch, which make the outputs of the If. */
  nodesOf(branch: Graph, { outputs, module }: Node): Node[] {
    const fresh = (name: string): string => this.#names.fresh(name);
    const renamer = new Renamer(fresh, (node) => (node.module === undefined && module !== undefined ? { ...node, module } : node));
    const values = new Map(capturedValues(branch).map((name) => [name, name]));
    const made = new Set(branch.nodes.flatMap((node) => node.outputs));
    const copies: Node[] = [];
    branch.outputs.forEach(({ name }, i) => {
      const wanted = outputs[i];
      if (!wanted) return;
      if (made.delete(name)) values.set(name, wanted);
      else
        copies.push({
          name: fresh(`${wanted}~Identity`),
          op: 'Identity',
          domain: '',
          inputs: [renamer.value(name, values)],
          outputs: [wanted],
          attributes: {},
        });
    });
    for (const initializer of branch.initializers.values()) {
      const name = renamer.value(initializer.name, values);
      this.initializers.set(name, { ...initializer, name });
    }
    const nodes = renamer.nodes(branch.nodes, values);
    for (const [name, info] of branch.values) if (made.has(name)) this.values.set(renamer.value(name, values), info);
    return [...nodes, ...copies];
  }
}
