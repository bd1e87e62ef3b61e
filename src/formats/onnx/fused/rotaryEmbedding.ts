import { intAttribute, type Node } from '../../../graph/graph.ts';
import type { Dim } from '../../../tensor/shape.ts';
import { headSize, splitHeads } from './attention.ts';
import type { Decompose, FusedSite } from './parts.ts';

/** "To the end" of an axis. */
const END = 2 ** 31 - 1;

interface Angles {
  /** By position: length×(size/2), or one table for every example. */
  readonly cosine: string;
  readonly sine: string;
}

/**
 * Turns pairs of elements of every head by an angle that grows with the position (Su et al. 2021, "RoFormer"); of larger heads the
 * first `rotary_embedding_dim` elements. A pair is an element of the first and one of the second half; where `interleaved`, two
 * neighbours.
 * @param angles broadcast against batch×heads×length
 */
function rotated(node: Node, x: string, size: Dim | undefined, { cosine, sine }: Angles, site: FusedSite): string {
  const width = intAttribute(node, 'rotary_embedding_dim', 0);
  const isPart = width > 0 && width !== size;
  const slice = (value: string, from: number, to: number, step = 1): string =>
    site.op('Slice', [value, site.ints('from', [from]), site.ints('to', [to]), site.ints('axis', [-1]), site.ints('step', [step])]);
  const turning = isPart ? slice(x, 0, width) : x;
  const isInterleaved = intAttribute(node, 'interleaved', 0) === 1;
  const [a = '', b = ''] = isInterleaved
    ? [slice(turning, 0, END, 2), slice(turning, 1, END, 2)]
    : site.ops('Split', [turning], 2, { axis: -1, num_outputs: 2 });
  const real = site.op('Sub', [site.op('Mul', [a, cosine]), site.op('Mul', [b, sine])]);
  const imaginary = site.op('Add', [site.op('Mul', [a, sine]), site.op('Mul', [b, cosine])]);
  const turned = isInterleaved ? neighbours([real, imaginary], turning, site) : site.op('Concat', [real, imaginary], { axis: -1 });
  return isPart ? site.op('Concat', [turned, slice(x, width, END)], { axis: -1 }) : turned;
}

/** The elements of two values in turns, in the shape of a third one. */
function neighbours(values: readonly string[], like: string, site: FusedSite): string {
  const columns = values.map((value) => site.op('Unsqueeze', [value, site.ints('last', [-1])]));
  return site.op('Reshape', [site.op('Concat', columns, { axis: -1 }), site.op('Shape', [like])]);
}

/** Rotates batch×heads×length×size, or batch×length×(heads·size) as such. */
function inHeads(node: Node, heads: number | undefined, angles: Angles, site: FusedSite): string {
  const [x = ''] = node.inputs;
  const { shape } = site.info(x);
  if (shape?.length === 4) return rotated(node, x, shape[3], angles, site);
  if (shape?.length !== 3 || !heads) throw site.unsupported('a value or a number of heads that is not known before it runs');
  const turned = rotated(node, splitHeads(x, heads, 'heads', site), headSize(shape[2], heads), angles, site);
  return site.op('Reshape', [site.op('Transpose', [turned], { perm: [0, 2, 1, 3] }), site.op('Shape', [x])]);
}

/** Positions are given, or the tables are by example and position. */
const standard: Decompose = (node, site) => {
  const [, cosine = '', sine = '', positions = ''] = node.inputs;
  const byPosition = (table: string): string =>
    site.op('Unsqueeze', [positions ? site.op('Gather', [table, positions]) : table, site.ints('heads', [1])]);
  const heads = intAttribute(node, 'num_heads');
  return [inHeads(node, heads, { cosine: byPosition(cosine), sine: byPosition(sine) }, site)];
};

/** Positions are given, or only the first one. */
const fused: Decompose = (node, site) => {
  const [x = '', positions = '', cosine = '', sine = ''] = node.inputs;
  if (intAttribute(node, 'is_packed_batching', 0) === 1) throw site.unsupported('examples of different lengths (is_packed_batching)');
  const { shape } = site.info(x);
  const width = site.info(cosine).shape?.[1];
  const hidden = shape?.[2];
  const heads =
    intAttribute(node, 'num_heads', 0) || (typeof hidden === 'number' && typeof width === 'number' ? hidden / (2 * width) : undefined);
  const rank = site.info(positions).shape?.length;
  if (rank === undefined || !shape) throw site.unsupported('positions or a value whose rank is not known');
  const chosen = rank === 2 ? positions : consecutive(x, positions, shape.length - 2, site);
  const byPosition = (table: string): string =>
    site.op('Unsqueeze', [site.op('Gather', [table, chosen]), site.ints('heads', [rank === 2 ? 1 : 0])]);
  return [inHeads(node, heads, { cosine: byPosition(cosine), sine: byPosition(sine) }, site)];
};

/** As many positions from the first one on as a value is long along an axis. */
function consecutive(x: string, first: string, axis: number, site: FusedSite): string {
  const length = site.op('Squeeze', [site.op('Shape', [x], { start: axis, end: axis + 1 })]);
  return site.op('Add', [site.op('Range', [site.int('from', 0), length, site.int('step', 1)]), first]);
}

export const ROTARY_EMBEDDINGS: Readonly<Record<string, Decompose>> = {
  RotaryEmbedding: standard,
  'com.microsoft:RotaryEmbedding': fused,
};
