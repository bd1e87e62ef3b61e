import { float, floatAttribute, intAttribute } from '../../../graph/graph.ts';
import { DTYPES } from '../../../tensor/dtype.ts';
import { trimmed } from '../upgrades/row.ts';
import { sigmoidWeighted } from './activations.ts';
import type { Decompose, FusedSite } from './parts.ts';

/** The sum of the values that are given. */
const sum = (values: readonly string[], site: FusedSite): string =>
  values.filter((value) => value !== '').reduce((total, value) => site.op('Add', [total, value]));

/** ε of com.microsoft's normalisations where it is not given. */
const FUSED_EPSILON = 1e-12;

/** LayerNormalization of input + skip (+ bias) over the last axis; the sum is the fourth output. */
const skipLayerNormalization: Decompose = (node, site) => {
  const [x = '', skip = '', scale = '', shift = '', bias = ''] = node.inputs;
  const total = site.joined(site.biased(x, bias), skip);
  const epsilon = float(floatAttribute(node, 'epsilon', FUSED_EPSILON));
  const statistics = node.outputs.slice(1, 3).some((output) => site.isRead(output));
  const [y, mean, inverse] = site.ops('LayerNormalization', trimmed([total, scale, shift]), statistics ? 3 : 1, { epsilon });
  return [y, mean, inverse, total];
};

const skipSimplified: Decompose = (node, site) => {
  const [x = '', skip = '', scale = '', bias = ''] = node.inputs;
  const total = site.joined(site.biased(x, bias), skip);
  const epsilon = float(floatAttribute(node, 'epsilon', FUSED_EPSILON));
  return [site.op('RMSNormalization', [total, scale], { epsilon }), undefined, undefined, total];
};

const simplified: Decompose = (node, site) => {
  const { axis, epsilon, stash_type } = node.attributes;
  return [site.op('RMSNormalization', node.inputs, { axis, epsilon, stash_type })];
};

/** Over groups of channels, which stand last unless `channels_last` is 0; behind it x · sigmoid(x) where `activation` is 1. */
const groupNorm: Decompose = (node, site) => {
  const [x = '', scale = '', shift = ''] = node.inputs;
  const isLast = intAttribute(node, 'channels_last', 1) === 1;
  const rank = site.info(x).shape?.length ?? 4;
  const inner = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  const first = isLast ? site.op('Transpose', [x], { perm: [0, rank - 1, ...inner] }) : x;
  const attributes = { num_groups: intAttribute(node, 'groups', 1), epsilon: float(floatAttribute(node, 'epsilon', 1e-5)) };
  const normal = site.op('GroupNormalization', [first, scale, shift], attributes);
  const back = isLast ? site.op('Transpose', [normal], { perm: [0, ...inner.map((axis) => axis + 1), 1] }) : normal;
  return [intAttribute(node, 'activation', 0) === 1 ? sigmoidWeighted(back, 1, site) : back];
};

/**
 * BERT's first layer: the embeddings of words, positions (in order, where they are not given) and segments, added and normalised.
 * The second output counts the words that the mask keeps, the third is the sum.
 */
const embedLayerNormalization: Decompose = (node, site) => {
  const [words = '', segments = '', ofWord = '', ofPosition = '', ofSegment = '', scale = '', shift = '', mask = '', positions = ''] =
    node.inputs;
  const word = site.op('Gather', [ofWord, words], {}, 'words');
  const position = positions ? site.op('Gather', [ofPosition, positions], {}, 'positions') : firstRows(ofPosition, words, site);
  const segment = segments && site.op('Gather', [ofSegment, segments], {}, 'segments');
  const total = sum([word, position, segment], site);
  const epsilon = float(floatAttribute(node, 'epsilon', FUSED_EPSILON));
  const kept = mask
    ? site.op('ReduceSum', [mask, site.ints('axis', [1])], { keepdims: 0 })
    : site.op('ConstantOfShape', [site.op('Shape', [words], { start: 0, end: 1 })]);
  const count = site.op('Cast', [kept], { to: DTYPES.int32.code });
  return [site.op('LayerNormalization', [total, scale, shift], { epsilon }), count, total];
};

/** The rows of a table for positions 0, 1, … of batch×length words. */
function firstRows(table: string, words: string, site: FusedSite): string {
  const length = site.op('Shape', [words], { start: 1, end: 2 });
  return site.op('Slice', [table, site.ints('start', [0]), length, site.ints('rows', [0])], {}, 'positions');
}

export const NORMALIZATIONS: Readonly<Record<string, Decompose>> = {
  SimplifiedLayerNormalization: simplified,
  'com.microsoft:EmbedLayerNormalization': embedLayerNormalization,
  'com.microsoft:GroupNorm': groupNorm,
  'com.microsoft:SkipLayerNormalization': skipLayerNormalization,
  'com.microsoft:SkipSimplifiedLayerNormalization': skipSimplified,
};
