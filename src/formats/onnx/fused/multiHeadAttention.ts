import { floatAttribute, intAttribute, intsAttribute, type Node } from '../../../graph/graph.ts';
import { floorDivideDims, multiplyDims } from '../../../tensor/dim.ts';
import { DTYPES } from '../../../tensor/dtype.ts';
import type { Dim } from '../../../tensor/shape.ts';
import { attend, type Bias, type Heads, headSize, joinHeads, splitHeads } from './attention.ts';
import type { Decompose, FusedSite } from './parts.ts';

/** Query, key and value, each of batch×length×(heads·size). */
type Projections = readonly [string, string, string];

/** Self-attention whose projections of query, key and value are one matrix. */
const packed: Decompose = (node, site) => {
  const [x = '', weight = '', bias = '', mask = '', past = '', extra = ''] = node.inputs;
  if (past) throw site.unsupported('keys and values of an earlier run (past)');
  if (intAttribute(node, 'do_rotary', 0) === 1) throw site.unsupported('a rotary embedding inside (do_rotary)');
  const product = site.op('MatMul', [x, weight], {}, 'projection');
  const sizes = intsAttribute(node, 'qkv_hidden_sizes');
  const heads = headsOf(node, threeOf(site.biased(product, bias), 2, sizes, site), site);
  const width = site.info(weight).shape?.[1];
  const hidden = sizes?.[0] ?? (width === undefined ? undefined : floorDivideDims(width, 3));
  const y = attended(node, heads, headSize(hidden, headCount(node)), [...padding(node, mask, site), ...(extra ? [() => extra] : [])], site);
  const state = [heads.key, heads.value].map((value) => site.op('Unsqueeze', [value, site.ints('first', [0])]));
  return [y, site.op('Concat', state, { axis: 0 }, 'present')];
};

/** Attention of a query to keys and values, which may come in one value or two. */
const separate: Decompose = (node, site) => {
  const [query = '', key = '', value = '', bias = '', mask = '', extra = '', pastKey = '', pastValue = ''] = node.inputs;
  if (pastKey || pastValue) throw site.unsupported('keys and values of an earlier run (past_key, past_value)');
  const isSplit = site.info(key).shape?.length === 4;
  if (isSplit && bias) throw site.unsupported('a bias for keys that are split into heads');
  const heads = isSplit
    ? { query: splitHeads(query, headCount(node), 'query', site), key, value }
    : headsOf(node, biased(projections(node, site), bias, bias ? sizesOf(query, value, site) : undefined, site), site);
  const biases = [...padding(node, mask, site), ...(extra ? [() => extra] : [])];
  const { shape } = site.info(query);
  const size = shape?.length === 5 ? shape[4] : headSize(shape?.[2], headCount(node));
  return [attended(node, heads, size, biases, site), heads.key, heads.value];
};

const headCount = (node: Node): number => intAttribute(node, 'num_heads', 1);

function headsOf(node: Node, [query, key, value]: Projections, site: FusedSite): Heads {
  const split = (each: string, part: string): string => splitHeads(each, headCount(node), part, site);
  return { query: split(query, 'query'), key: split(key, 'key'), value: split(value, 'value') };
}

function attended(node: Node, heads: Heads, size: Dim | undefined, biases: readonly Bias[], site: FusedSite): string {
  // 0 stands for a scale that is not given.
  const scale = floatAttribute(node, 'scale', 0) || undefined;
  const isCausal = intAttribute(node, 'unidirectional', 0) === 1;
  return joinHeads(attend(heads, node.inputs[0] ?? '', { scale, size, biases, isCausal }, site).context, site);
}

/** A value in three along an axis, of equal sizes where none are given. */
function threeOf(value: string, axis: number, sizes: readonly number[] | undefined, site: FusedSite): Projections {
  const parts = sizes?.length
    ? site.ops('Split', [value, site.ints('sizes', sizes)], 3, { axis })
    : site.ops('Split', [value], 3, { axis, num_outputs: 3 });
  return parts as unknown as Projections;
}

/** Unpacks batch×length×heads×3×size, or keys and values of batch×length×heads×2×size. */
function projections(node: Node, site: FusedSite): Projections {
  const [query = '', key = '', value = ''] = node.inputs;
  const unpacked = (packs: string, count: number): string[] =>
    site
      .ops('Split', [packs], count, { axis: 3, num_outputs: count })
      .map((part) => site.op('Reshape', [part, site.ints('flat', [0, 0, -1])]));
  if (key && value) return [query, key, value];
  if (key) return [query, ...unpacked(key, 2)] as unknown as Projections;
  if (site.info(query).shape?.length === 5) return unpacked(query, 3) as unknown as Projections;
  throw site.unsupported('a query, key and value in one matrix');
}

/** Sizes of a query, key and value; undefined where they are of one size, as those in one value are. */
function sizesOf(query: string, value: string, site: FusedSite): readonly number[] | undefined {
  if (!value) return undefined;
  const [one, other] = [query, value].map((each) => site.info(each).shape?.[2]);
  if (one !== undefined && one === other) return undefined;
  if (typeof one !== 'number' || typeof other !== 'number') throw site.unsupported('a query or value whose size is not known');
  return [one, one, other];
}

/** The bias is that of query, key and value, one behind the other. */
function biased(values: Projections, bias: string, sizes: readonly number[] | undefined, site: FusedSite): Projections {
  if (!bias) return values;
  const parts = threeOf(bias, 0, sizes, site);
  return values.map((each, i) => site.biased(each, parts[i] as string)) as unknown as Projections;
}

/**
 * The mask of padding, in one of its forms: 1 for what counts by batch×length or batch×length×length; or by batch the length that
 * counts, or all ends and then all starts.
 */
function padding(node: Node, mask: string, site: FusedSite): Bias[] {
  if (!mask) return [];
  const { shape } = site.info(mask);
  const batch = site.info(node.inputs[0] ?? '').shape?.[0];
  const zero = site.int('zero', 0);
  const filter = floatAttribute(node, 'mask_filter_value', -10000);
  const like = node.inputs[0] ?? '';
  const filtered = (counts: string): string =>
    site.op('Where', [counts, site.like(like, 'kept', [], [0]), site.like(like, 'filter', [], [filter])], {}, 'mask');
  const positive = (axes: readonly number[]): string =>
    filtered(site.op('Greater', [site.op('Unsqueeze', [mask, site.ints('axes', axes)]), site.op('CastLike', [zero, mask])]));
  if (shape?.length === 2) return [() => positive([1, 2])];
  if (shape?.length === 3) return [() => positive([1])];
  if (shape?.length !== 1 || batch === undefined) throw site.unsupported('a mask whose form is not known');
  const [count] = shape;
  if (count !== batch && count !== multiplyDims(2, batch)) throw site.unsupported('a mask of cumulated lengths');
  return [(scores) => filtered(within(mask, count === batch ? 1 : 2, scores, site))];
}

/** Which positions stand before the end, and not before the start, of each example. */
function within(bounds: string, count: number, scores: string, site: FusedSite): string {
  const length = site.op('Squeeze', [site.op('Shape', [scores], { start: 3 })]);
  const position = site.op('Range', [site.int('from', 0), length, site.int('step', 1)]);
  const wide = site.op('Cast', [bounds], { to: DTYPES.int64.code });
  const [end = '', start] = site
    .ops('Split', [wide], count, { axis: 0, num_outputs: count })
    .map((bound) => site.op('Unsqueeze', [bound, site.ints('axes', [1, 2, 3])]));
  const before = site.op('Less', [position, end]);
  return start === undefined ? before : site.op('And', [before, site.op('GreaterOrEqual', [position, start])]);
}

export const MULTI_HEAD_ATTENTION: Readonly<Record<string, Decompose>> = {
  'com.microsoft:Attention': packed,
  'com.microsoft:MultiHeadAttention': separate,
};
