import { tensor, toNumbers } from '../tensor/tensor.ts';
import { GraphBuilder, valuesRead } from './builder.ts';
import { type Attributes, type Graph, type Initializer, intAttribute, type Node, type Port } from './graph.ts';
import { readInitializer } from './weights.ts';

/** The input of a Dropout that tells whether it trains. */
const TRAINING_MODE = 2;

/**
 * The graph as it is deployed: BatchNormalization left in training mode uses its stored statistics, Dropout drops nothing. An input
 * that only said whether to train is one no more; another that said so is false.
 * @returns the graph itself and no notes where nothing is in training mode
 */
export function inInferenceMode(graph: Graph): { readonly graph: Graph; readonly notes: readonly string[] } {
  const change = new Change();
  const nodes = change.nodes(graph);
  const [first] = change.training;
  if (!first) return { graph, notes: [] };
  return { graph: withoutFlags(graph, { ...graph, nodes }, change.flags), notes: [sentence(change.training, first)] };
}

type Constants = (name: string) => Initializer | undefined;

class Change {
  /** The nodes that were in training mode. */
  readonly training: Node[] = [];
  /** What told a Dropout to train. */
  readonly flags = new Set<string>();

  nodes(graph: Graph, outer: Constants = () => undefined): Node[] {
    const constants: Constants = (name) => graph.initializers.get(name) ?? outer(name);
    const reads = new Set([...graph.outputs.map((port) => port.name), ...graph.nodes.flatMap(valuesRead)]);
    return graph.nodes.flatMap((node) => this.#node(this.#withSubgraphs(node, constants), constants, reads));
  }

  #node(node: Node, constants: Constants, reads: ReadonlySet<string>): Node[] {
    if (node.domain !== '' || !isTraining(node, constants)) return [node];
    this.training.push(node);
    if (node.op === 'BatchNormalization') return batchNormalization(node, reads);
    this.flags.add(node.inputs[TRAINING_MODE] as string);
    return [{ ...node, inputs: node.inputs.slice(0, 1) }];
  }

  #withSubgraphs(node: Node, constants: Constants): Node {
    const entries = Object.entries(node.attributes);
    if (!entries.some(([, a]) => a.type === 'graph')) return node;
    const attributes: Attributes = Object.fromEntries(
      entries.map(([name, a]) => [
        name,
        a.type === 'graph' ? { type: 'graph', value: { ...a.value, nodes: this.nodes(a.value, constants) } } : a,
      ]),
    );
    return { ...node, attributes };
  }
}

function isTraining(node: Node, constants: Constants): boolean {
  if (node.op === 'BatchNormalization') return intAttribute(node, 'training_mode', 0) !== 0;
  const flag = node.op === 'Dropout' ? node.inputs[TRAINING_MODE] : undefined;
  if (!flag) return false;
  const constant = constants(flag);
  return constant === undefined || toNumbers(readInitializer(constant))[0] !== 0;
}

/** The running statistics that training would give out stay what they are. */
function batchNormalization(node: Node, reads: ReadonlySet<string>): Node[] {
  const { training_mode: _, ...attributes } = node.attributes;
  const [y = '', ...statistics] = node.outputs;
  const kept = statistics.flatMap((output, i) => {
    const statistic = node.inputs[3 + i];
    if (!statistic || !reads.has(output)) return [];
    return [{ ...node, name: `${node.name}~${output}`, op: 'Identity', inputs: [statistic], outputs: [output], attributes: {} }];
  });
  return [{ ...node, outputs: [y], attributes }, ...kept];
}

/** Without the inputs that nothing reads any more, and with false in place of the other ones that told a Dropout to train. */
function withoutFlags(before: Graph, after: Graph, flags: ReadonlySet<string>): Graph {
  const needed = (graph: Graph) => new Set(new GraphBuilder(graph).build().inputs.map((port) => port.name));
  const [neededBefore, neededAfter] = [needed(before), needed(after)];
  const onlyTold = ({ name }: Port) => neededBefore.has(name) && !neededAfter.has(name);
  const isFalse = (port: Port) => flags.has(port.name) && !onlyTold(port);
  const initializers = new Map(after.initializers);
  for (const { name } of after.inputs.filter(isFalse))
    initializers.set(name, { name, dtype: 'bool', dims: [], source: { kind: 'memory', tensor: tensor('bool', [], Uint8Array.of(0)) } });
  return { ...after, initializers, inputs: after.inputs.filter((port) => !onlyTold(port) && !isFalse(port)) };
}

function sentence(training: readonly Node[], first: Node): string {
  const place = first.module ?? first.name;
  if (training.length === 1)
    return `1 ${first.op} node is in training mode in the file (${place}); it is run in inference mode, as the deployed model would.`;
  const counts = ['Dropout', 'BatchNormalization'].flatMap((op) => {
    const count = training.filter((node) => node.op === op).length;
    return count === 0 ? [] : [`${count} ${op}`];
  });
  return `${counts.join(' and ')} nodes are in training mode in the file (the first is ${place}); they are run in inference mode, as the deployed model would.`;
}
