import { type Block, keyOf, type Network } from './blocks.ts';
import { setOf } from './roles.ts';

/** Vertices of a layer norm that is written out, and some more. */
const MAX_BETWEEN = 16;

/**
 * Joins a sum over attention and the sum over a perceptron behind it to one transformer block, with the norms between and, where they
 * stand behind the sums, the last one (Vaswani et al. 2017 and pre-norm variants; several attentions as in decoders).
 * @param of the innermost block of each vertex; changed
 */
export function joinTransformers(network: Network, of: (Block | undefined)[]): void {
  for (const siblings of siblingsOf(of)) {
    for (let i = 0; i < siblings.length; i++) {
      let end = i;
      while (siblings[end]?.kind === 'attention' && siblings[end + 1]?.kind === 'attention' && isNext(siblings, end, of)) end++;
      const last = siblings[end + 1];
      if (siblings[end]?.kind !== 'attention' || !last || last.roles & setOf('conv') || !isSum(last) || !isNext(siblings, end, of))
        continue;
      join(siblings.slice(i, end + 2), network, of);
      i = end + 1;
    }
  }
}

const isSum = ({ kind }: Block): boolean => kind === 'mlp' || kind === 'residual' || kind === 'inverted';

/** Blocks with the same block around them, in the order of computation. */
function siblingsOf(of: readonly (Block | undefined)[]): Iterable<Block[]> {
  const siblings = new Map<Block | undefined, Block[]>();
  const seen = new Set<Block>();
  for (const innermost of of)
    for (let block = innermost; block && !seen.has(block); block = block.outer) {
      seen.add(block);
      const list = siblings.get(block.outer);
      if (list) list.push(block);
      else siblings.set(block.outer, [block]);
    }
  for (const list of siblings.values()) list.sort((a, b) => a.exit - b.exit);
  return siblings.values();
}

/** Whether a block begins where the one before it ends, or behind a norm. */
function isNext(siblings: readonly Block[], at: number, of: readonly (Block | undefined)[]): boolean {
  const [before, after] = siblings.slice(at, at + 2) as [Block, Block];
  return (
    between(before, after).length <= MAX_BETWEEN &&
    after.entry >= before.exit &&
    between(before, after).every((v) => of[v] === before.outer)
  );
}

const between = (before: Block, after: Block): number[] => range(before.exit + 1, Math.min(after.entry, before.exit + MAX_BETWEEN + 1));

const range = (first: number, last: number): number[] => Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);

function join(parts: readonly Block[], network: Network, of: (Block | undefined)[]): void {
  const [first, last] = [parts[0], parts.at(-1)] as [Block, Block];
  const norms = parts.slice(1).map((part, i) => between(parts[i] as Block, part));
  const trailing = range(last.exit + 1, last.exit + (norms[0]?.length ?? 0));
  const operators = (vertices: readonly number[]): string => vertices.map((v) => keyOf(network, v)).join();
  const isPostNorm = trailing.every((v) => v < of.length && of[v] === first.outer) && operators(trailing) === operators(norms[0] ?? []);
  const members = [...norms.flat(), ...(isPostNorm ? trailing : [])];
  const exit = isPostNorm ? (trailing.at(-1) ?? last.exit) : last.exit;
  const block: Block = { kind: 'transformer', entry: first.entry, exit, roles: first.roles, outer: first.outer };
  for (const vertex of members) of[vertex] = block;
  for (const part of parts) part.outer = block;
  last.kind = 'mlp';
}
