import { intAttribute, type Node, stringAttribute } from '../../../graph/graph.ts';
import type { Row, Site } from './row.ts';
import { stripped, trimmed } from './row.ts';

/** 0, 1, … below an extent of a value. */
function positions(value: string, axis: number, site: Site): string {
  const extent = site.op('Squeeze', [site.op('Shape', [value], { start: axis, end: axis + 1 })]);
  return site.op('Range', [site.int('zero', 0), extent, site.int('one', 1)]);
}

/** New elements are written into a cache from a place on that each example has, or round its end. */
function tensorScatter(node: Node, site: Site): Node {
  const [cache = '', update = '', places = ''] = node.inputs;
  const rank = site.info(cache).shape?.length ?? site.info(update).shape?.length;
  if (rank === undefined) throw site.unsupported('a cache whose rank is not known before it runs');
  const given = intAttribute(node, 'axis', -2);
  const axis = given < 0 ? given + rank : given;
  const others = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== 0 && i !== axis);
  const steps = positions(update, axis, site);
  const first = places ? site.op('Unsqueeze', [places, site.ints('column', [1])]) : site.ints('first', [0]);
  const apart = site.op('Add', [first, places ? steps : site.op('Unsqueeze', [steps, site.ints('row', [0])])]);
  const extent = site.op('Shape', [cache], { start: axis, end: axis + 1 });
  const wrapped = stringAttribute(node, 'mode', 'linear') === 'circular' ? site.op('Mod', [apart, extent]) : apart;
  const indices = site.op('Expand', [site.op('Unsqueeze', [wrapped, site.ints('others', others)]), site.op('Shape', [update])]);
  return { ...node, op: 'ScatterElements', inputs: [cache, indices, update], attributes: { axis: { type: 'int', value: axis } } };
}

/**
 * Of the keys only the first nonpad_kv_seqlen count; the queries are those of the last of them, so that the causal order ends there.
 * Both are a mask of booleans.
 */
function paddedKeys(node: Node, site: Site): Node {
  const [query = '', key = '', value = '', mask = '', , , lengths = ''] = node.inputs;
  if (!lengths) return node;
  const rank = site.info(query).shape?.length;
  const isCausal = intAttribute(node, 'is_causal', 0) === 1;
  if (rank === undefined) throw site.unsupported('its input nonpad_kv_seqlen, and the rank of its query is not known');
  const keys = positions(key, rank - 2, site);
  const counts = site.op('Reshape', [lengths, site.ints('each', [-1, 1, 1, 1])]);
  const queries = site.op('Unsqueeze', [positions(query, rank - 2, site), site.ints('column', [1])]);
  const before = site.op('Sub', [counts, site.op('Shape', [query], { start: rank - 2, end: rank - 1 })]);
  const visible = isCausal ? site.op('LessOrEqual', [keys, site.op('Add', [queries, before])]) : site.op('Less', [keys, counts]);
  const combined = mask ? withMask(mask, visible, keys, isCausal, site) : visible;
  return { ...stripped(node, 'is_causal'), inputs: trimmed([query, key, value, combined]) };
}

function withMask(given: string, visible: string, keys: string, isCausal: boolean, site: Site): string {
  const { dtype, shape } = site.info(given);
  if (!dtype || !shape) throw site.unsupported('its input nonpad_kv_seqlen, and the type or rank of its mask is not known');
  if (dtype !== 'bool' && isCausal) throw site.unsupported('its input nonpad_kv_seqlen, is_causal, and a mask of numbers');
  // A mask may end with the keys that count.
  const missing = site.op('Sub', [site.op('Shape', [keys]), site.op('Shape', [given], { start: -1 })]);
  const pads = site.op('Concat', [site.ints('none', new Array(2 * shape.length - 1).fill(0)), missing], { axis: 0 });
  const mask = site.op('Pad', [given, pads]);
  return dtype === 'bool'
    ? site.op('And', [mask, visible])
    : site.op('Where', [visible, mask, site.like(given, 'lowest', [], [dtype === 'float16' ? -65504 : -3e38])]);
}

/** Caches of keys and values, which models that write word after word have. */
export const CACHES: readonly Row[] = [
  { op: 'TensorScatter', since: 24, apply: tensorScatter },
  { op: 'Attention', since: 24, apply: paddedKeys },
];
