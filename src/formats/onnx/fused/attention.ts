import { floatAttribute, intAttribute, type Node } from '../../../graph/graph.ts';
import { floorDivideDims } from '../../../tensor/dim.ts';
import { DTYPES } from '../../../tensor/dtype.ts';
import type { Dim } from '../../../tensor/shape.ts';
import type { Decompose, FusedSite } from './parts.ts';

/** Values of batch×heads×length×size; keys and values may have fewer heads, each for as many neighbouring heads of the query. */
export interface Heads {
  readonly query: string;
  readonly key: string;
  readonly value: string;
}

/** What is added to scores, made when these are. */
export type Bias = (scores: string) => string;

export interface Scoring {
  /** What scores are multiplied with; 1/√(size of a head) where it is not given. */
  readonly scale?: number | undefined;
  /** Size of a head of the query, where it is known. */
  readonly size: Dim | undefined;
  /** Scores are kept within ±softcap, smoothly; 0 for not at all. */
  readonly softcap?: number;
  readonly biases?: readonly Bias[];
  /** Which scores count, as booleans; of a query for which none does nothing comes. */
  readonly counts?: string | undefined;
  /** A token sees itself and those before it. */
  readonly isCausal: boolean;
}

/** What scaled dot-product attention goes through, in order; `context` is batch×heads×length×size. */
export interface Attended {
  readonly scores: string;
  readonly capped: string;
  readonly masked: string;
  readonly weights: string;
  readonly context: string;
}

/**
 * softmax(scale · query · keyᵀ + biases) · value (Vaswani et al. 2017, "Attention Is All You Need")
 * @param like a value of the same dtype that is known already
 */
export function attend({ query, key, value }: Heads, like: string, scoring: Scoring, site: FusedSite): Attended {
  const { scale, size, softcap = 0, biases = [], counts, isCausal } = scoring;
  const factor = scale === undefined ? inverseRootOf(size, query, like, site) : site.like(like, 'scale', [], [scale]);
  const product = site.op('MatMul', [query, site.op('Transpose', [key], { perm: [0, 1, 3, 2] })], {}, 'products');
  const scores = site.op('Mul', [product, factor], {}, 'scores');
  const capped = softcap > 0 ? softlyCapped(scores, softcap, like, site) : scores;
  const biased = biases.reduce((result, bias) => site.op('Add', [result, bias(scores)], {}, 'biased'), capped);
  const order = isCausal ? orderOf(scores, site) : undefined;
  const counting = counts && order ? site.op('And', [counts, order]) : (counts ?? order);
  const masked = counting ? site.op('Where', [counting, biased, lowest(like, site)], {}, 'masked') : biased;
  const all = site.op('Softmax', [masked], { axis: -1 }, 'weights');
  // A softmax over nothing but masked scores is not 0.
  const weights = counts && counting ? site.op('Where', [counting, all, site.like(like, 'none', [], [0])], {}, 'counted') : all;
  return { scores, capped, masked, weights, context: site.op('MatMul', [weights, value], {}, 'context') };
}

function inverseRootOf(size: Dim | undefined, query: string, like: string, site: FusedSite): string {
  if (typeof size === 'number') return site.like(like, 'scale', [], [1 / Math.sqrt(size)]);
  const known = site.op('CastLike', [site.op('Shape', [query], { start: 3, end: 4 }), like]);
  return site.op('Reciprocal', [site.op('Sqrt', [known])]);
}

function softlyCapped(scores: string, softcap: number, like: string, site: FusedSite): string {
  const cap = site.like(like, 'softcap', [], [softcap]);
  return site.op('Mul', [site.op('Tanh', [site.op('Div', [scores, cap])]), cap]);
}

/** batch×length×(heads·size) as batch×heads×length×size. */
export const splitHeads = (value: string, heads: number, part: string, site: FusedSite): string =>
  site.op('Transpose', [site.op('Reshape', [value, site.ints('heads', [0, 0, heads, -1])])], { perm: [0, 2, 1, 3] }, part);

/** The size of a head where all of them take `width`. */
export const headSize = (width: Dim | undefined, heads: number): Dim | undefined =>
  width === undefined ? undefined : floorDivideDims(width, heads);

/** The reverse of `splitHeads`. */
export const joinHeads = (value: string, site: FusedSite): string =>
  site.op('Reshape', [site.op('Transpose', [value], { perm: [0, 2, 1, 3] }), site.ints('joined', [0, 0, -1])]);

/** For the last two axes of scores, whether the one does not come after the other. */
function orderOf(scores: string, site: FusedSite): string {
  const all = site.op('Expand', [site.ints('one', [1]), site.op('Shape', [scores], { start: 2 })]);
  return site.op('Cast', [site.op('Trilu', [all], { upper: 0 }, 'order')], { to: DTYPES.bool.code });
}

/** A number so low that its exponential is 0, though finite: a row of it alone gives no NaN. */
const lowest = (like: string, site: FusedSite): string =>
  site.like(like, 'lowest', [], [site.info(like).dtype === 'float16' ? -65504 : -3e38]);

const attention: Decompose = (node, site) => {
  const [q = '', k = '', v = '', mask = '', pastKey = '', pastValue = ''] = node.inputs;
  if (pastKey || pastValue) throw site.unsupported('keys and values of an earlier run (past_key, past_value)');
  const { shape } = site.info(q);
  const rank = shape?.length;
  const [queryHeads, keyHeads] = [headsOf(node, 'q_num_heads', q, site), headsOf(node, 'kv_num_heads', k, site)];
  const split = (value: string, heads: number, part: string): string => (rank === 3 ? splitHeads(value, heads, part, site) : value);
  const [query, key, value] = [split(q, queryHeads, 'query'), split(k, keyHeads, 'key'), split(v, keyHeads, 'value')];
  const shared = (each: string): string => (queryHeads === keyHeads ? each : repeated(each, keyHeads, queryHeads / keyHeads, site));
  const ofMask = site.info(mask).dtype;
  if (mask && !ofMask) throw site.unsupported('a mask whose type is not known');
  const scoring = {
    scale: floatAttribute(node, 'scale'),
    size: rank === 3 ? headSize(shape?.[2], queryHeads) : shape?.[3],
    softcap: floatAttribute(node, 'softcap', 0),
    biases: mask && ofMask !== 'bool' ? [() => mask] : [],
    counts: ofMask === 'bool' ? mask : undefined,
    isCausal: intAttribute(node, 'is_causal', 0) === 1,
  };
  const { scores, capped, masked, weights, context } = attend({ query, key: shared(key), value: shared(value) }, q, scoring, site);
  const shown = [scores, capped, masked, weights][intAttribute(node, 'qk_matmul_output_mode', 0)];
  return [rank === 3 ? joinHeads(context, site) : context, key, value, shown];
};

function headsOf(node: Node, attribute: string, value: string, site: FusedSite): number {
  const { shape } = site.info(value);
  const heads = shape?.length === 4 ? shape[1] : intAttribute(node, attribute);
  if (!shape || typeof heads !== 'number') throw site.unsupported('a number of heads that is not known before it runs');
  return heads;
}

/** Every head several times. */
function repeated(value: string, heads: number, times: number, site: FusedSite): string {
  const indices = Array.from({ length: heads * times }, (_, i) => Math.floor(i / times));
  return site.op('Gather', [value, site.ints('shared', indices)], { axis: 1 });
}

export const ATTENTION: Readonly<Record<string, Decompose>> = { Attention: attention };
