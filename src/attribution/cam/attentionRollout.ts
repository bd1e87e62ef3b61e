import { neededFor } from '../../graph/builder.ts';
import { intAttribute, nodeKey } from '../../graph/graph.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { sizeOf, type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Subject } from '../evaluation/subject.ts';
import { layerValue } from '../layer/layerValue.ts';
import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod } from '../method.ts';

/** What is made of the heads' attention between two tokens. */
const FUSIONS = {
  mean: (heads: readonly number[]) => heads.reduce((a, b) => a + b, 0) / heads.length,
  max: (heads: readonly number[]) => Math.max(...heads),
  min: (heads: readonly number[]) => Math.min(...heads),
} as const;

/**
 * Attention rollout (Abnar & Zuidema 2020, https://arxiv.org/abs/2005.00928): the product, over the attentions before the layer, of
 * (A + I) / 2 with rows that sum up to 1, where A is the heads' attention in one. (N, 1, H, W) over the grid of patches, (N, 1, tokens) where
 * none is known. Attention in one operator is seen where that is taken apart when the model is read.
 */
export const attentionRollout = defineMethod({
  name: 'AttentionRollout',
  level: 'layer',
  needsTarget: false,
  baselines: 'none',
  doc: 'Of transformers: how much the attentions up to the layer pass on from every patch of the image. It is of no class.',
  paper: { authors: 'Abnar & Zuidema', year: 2020, url: 'https://arxiv.org/abs/2005.00928' },
  parameters: {
    attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT,
    head_fusion: { type: 'choice', default: 'mean', choices: ['mean', 'max', 'min'], doc: 'What is made of the heads of one attention.' },
    discard_ratio: {
      type: 'number',
      default: 0,
      min: 0,
      max: 0.999,
      doc: 'The share of the weakest attentions between tokens that is set to 0.',
    },
    token: {
      type: 'choice',
      default: 'class',
      choices: ['class', 'mean'],
      doc: 'Whose attention is shown: that of the class token, which is the first, or the mean over all tokens, for a model without one.',
    },
  },
  cost: ({ before }) => before,
  async attribute(request) {
    const { subject, layer, parameters } = request;
    const { head_fusion: fusion, discard_ratio: ratio, token } = parameters;
    const value = layerValue(request);
    const { examples } = subject;
    const attentions = await attentionsBefore(subject, value);
    const tokens = attentions[0]?.weights.dims.at(-1) ?? 0;
    if (attentions.length === 0 || attentions.some(({ weights }) => weights.dims.at(-1) !== tokens))
      throw new InspectumError(
        'unsupported',
        `AttentionRollout needs attentions between all tokens, all of one size, before ${layer?.id}; ${attentions.length > 0 ? 'their sizes differ' : 'there is none'}. Choose a later layer, or another method.`,
      );
    const grid = attentions.map(({ name }) => subject.tokensOf(name, 1)).find(Boolean);
    if (token === 'class' && grid?.skip === 0)
      throw new InspectumError(
        'usage',
        'AttentionRollout: the first token of this model is a patch of the image and no class token. Set token to "mean".',
      );
    const first = grid?.skip ?? (token === 'class' ? 1 : 0);
    const extents = grid ? [grid.height, grid.width] : [tokens - first];
    const shown = sizeOf(extents);
    const map = new Float32Array(examples * shown);
    for (let example = 0; example < examples; example++) {
      let rollout = identity(tokens);
      for (const { weights } of attentions)
        rollout = product(passed(fused(weights, example, examples, fusion), tokens, ratio), rollout, tokens);
      for (let i = 0; i < shown; i++) {
        let sum = 0;
        const rows = token === 'class' ? 1 : tokens;
        for (let row = 0; row < rows; row++) sum += rollout[row * tokens + first + i] as number;
        map[example * shown + i] = sum / rows;
      }
    }
    return { parts: [{ name: value, tensor: tensor('float32', [examples, 1, ...extents], map) }] };
  },
});

/** What every token pays to every other one: heads × tokens × tokens of every example. */
interface Attention {
  readonly name: string;
  readonly weights: Tensor<'float32'>;
}

/**
 * The attentions that a value depends on: Softmax over the last axis, of (N, heads, T, T), (N · heads, T, T) or (N, T, T).
 * @throws InspectumError 'unsupported' where an operator hides one
 */
async function attentionsBefore(subject: Subject, value: string): Promise<Attention[]> {
  const { graph, examples } = subject;
  const { nodes } = neededFor(graph.nodes, [value]);
  const whole = nodes.find(({ op }) => /attention/i.test(op));
  if (whole)
    throw new InspectumError(
      'unsupported',
      `AttentionRollout needs the weights of every attention, but ${whole.name || whole.outputs[0]} is one operator, ${nodeKey(whole)}, in a form that is not taken apart: its weights cannot be seen. Choose a layer before it, or another method.`,
    );
  const names = nodes.flatMap((node) => {
    const [name = ''] = node.outputs;
    const rank = graph.values.get(name)?.shape?.length;
    const axis = intAttribute(node, 'axis', -1);
    return node.op === 'Softmax' && (rank === 3 || rank === 4) && (axis === -1 || axis === rank - 1) ? [name] : [];
  });
  const found = names.length > 0 ? await subject.valuesOf(names) : [];
  return found.flatMap((weights, i) => {
    const { dims } = weights;
    const isSquare = dims.at(-1) === dims.at(-2);
    const ofExamples = dims.length === 4 ? dims[0] === examples : (dims[0] as number) % examples === 0;
    return isSquare && ofExamples ? [{ name: names[i] as string, weights }] : [];
  });
}

/** The heads of one example's attention in one: tokens × tokens. */
function fused({ dims, data }: Tensor<'float32'>, example: number, examples: number, fusion: keyof typeof FUSIONS): Float64Array {
  const size = (dims.at(-1) as number) ** 2;
  const heads = data.length / (size * examples);
  const fuse = FUSIONS[fusion];
  return Float64Array.from({ length: size }, (_, i) =>
    fuse(Array.from({ length: heads }, (_, head) => data[(example * heads + head) * size + i] as number)),
  );
}

/** What a layer passes on: the attention without its weakest part, and the residual. Rows sum up to 1. */
function passed(attention: Float64Array, tokens: number, ratio: number): Float64Array {
  const count = Math.floor(attention.length * ratio);
  const weakest = count > 0 ? Array.from(attention.keys()).sort((a, b) => (attention[a] as number) - (attention[b] as number)) : [];
  // the first token's attention to itself is kept, as in the common implementation
  for (const i of weakest.slice(0, count)) if (i > 0) attention[i] = 0;
  for (let row = 0; row < tokens; row++) {
    const own = attention.subarray(row * tokens, (row + 1) * tokens);
    own[row] = (own[row] as number) + 1;
    const sum = own.reduce((a, b) => a + b, 0);
    own.set(own.map((x) => x / sum));
  }
  return attention;
}

const identity = (size: number): Float64Array =>
  Float64Array.from({ length: size * size }, (_, i) => (i % size === Math.floor(i / size) ? 1 : 0));

function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k] as number;
      for (let j = 0; j < size; j++) out[i * size + j] = (out[i * size + j] as number) + factor * (b[k * size + j] as number);
    }
  return out;
}
