import { neededFor } from '../../graph/builder.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
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
 * (A + I) / 2 with rows that sum up to 1, where A is the heads' attention in one. (N, 1, H, W) over the patches of an image, (N, 1, tokens)
 * where they have no such grid.
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
      doc: 'Whose attention is shown: that of the class token, which is the first, or the mean over all tokens of a model without one.',
    },
  },
  cost: () => 1,
  async attribute(request) {
    const { subject, layer, parameters } = request;
    const { head_fusion: fusion, discard_ratio: ratio, token } = parameters;
    const value = layerValue(request);
    const { examples } = subject;
    const softmaxes = neededFor(subject.graph.nodes, [value]).nodes.filter(({ op }) => op === 'Softmax');
    const outputs = softmaxes.map(({ outputs: [name = ''] }) => name).filter((name) => subject.graph.values.get(name)?.shape?.length === 4);
    const found = outputs.length > 0 ? await subject.valuesOf(outputs) : [];
    const attentions = found.filter(({ dims }) => dims[2] === dims[3] && dims[0] === examples);
    const tokens = attentions[0]?.dims[2] ?? 0;
    if (attentions.length === 0 || attentions.some(({ dims }) => dims[2] !== tokens))
      throw new InspectumError(
        'unsupported',
        `AttentionRollout needs attentions between all tokens (Softmax of heads × tokens × tokens), all of one size, before ${layer?.id}; ${attentions.length ? 'their sizes differ' : 'there is none'}. Choose a later layer, or another method.`,
      );
    const first = token === 'class' ? 1 : 0;
    const shown = tokens - first;
    const map = new Float32Array(examples * shown);
    for (let example = 0; example < examples; example++) {
      let rollout = identity(tokens);
      for (const attention of attentions) rollout = product(passed(fused(attention, example, fusion), tokens, ratio), rollout, tokens);
      for (let i = 0; i < shown; i++) {
        let sum = 0;
        const rows = token === 'class' ? 1 : tokens;
        for (let row = 0; row < rows; row++) sum += rollout[row * tokens + first + i] as number;
        map[example * shown + i] = sum / rows;
      }
    }
    const grid = gridOf(shown, Object.values(subject.point)[0]?.dims ?? []);
    return { parts: [{ name: value, tensor: tensor('float32', [examples, 1, ...grid], map) }] };
  },
});

/** The heads of one example's attention in one: tokens × tokens. */
function fused({ dims, data }: Tensor<'float32'>, example: number, fusion: keyof typeof FUSIONS): Float64Array {
  const [, heads = 1, tokens = 1] = dims;
  const size = tokens * tokens;
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

/** Rows and columns of square patches of an image (N, C, H, W), or how many tokens there are. */
function gridOf(patches: number, [, , height = 0, width = 0]: readonly number[]): readonly number[] {
  const side = Math.sqrt((height * width) / patches);
  const grid = [Math.round(height / side), Math.round(width / side)] as const;
  return grid[0] * grid[1] === patches ? grid : [patches];
}
