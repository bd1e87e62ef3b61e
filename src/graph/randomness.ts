import type { Graph, Node } from './graph.ts';

const RANDOM: ReadonlySet<string> = new Set(
  'Bernoulli Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike'.split(' '),
);

/** A sentence on what is drawn at random whenever the graph runs; none where nothing is. */
export function notesOnRandomness(graph: Graph): string[] {
  const nodes = randomNodes(graph);
  const [first] = nodes;
  if (!first) return [];
  const more = nodes.length > 1 ? `, the first of ${nodes.length} such nodes,` : '';
  return [`${first.op} (${first.module ?? first.name})${more} draws random numbers: results differ from run to run.`];
}

const randomNodes = ({ nodes }: Graph): Node[] =>
  nodes.flatMap((node) => [
    ...(isRandom(node) ? [node] : []),
    ...Object.values(node.attributes).flatMap((a) => (a.type === 'graph' ? randomNodes(a.value) : [])),
  ]);

/** Whether a node draws random numbers. */
export const isRandom = ({ domain, op }: Node): boolean => domain === '' && RANDOM.has(op);
