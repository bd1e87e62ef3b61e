import type { GraphBuilder } from '../../graph/builder.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { explainedRank } from '../evaluation/subject.ts';
import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod, partsOf } from '../method.ts';
import { layerValues } from './layerValue.ts';

/**
 * captum.attr.LayerGradCam (Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391): each channel weighted by the mean of its
 * gradient over the dimensions after the channel, summed over channels. Signed unless relu_attributions.
 */
export const layerGradCam = defineMethod({
  name: 'LayerGradCam',
  level: 'layer',
  needsTarget: true,
  baselines: 'none',
  doc: 'Where the layer has evidence for the target: activations weighted by the mean gradient of their channel.',
  paper: { authors: 'Selvaraju et al.', year: 2017, url: 'https://arxiv.org/abs/1610.02391' },
  parameters: {
    attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT,
    relu_attributions: { type: 'boolean', default: false, doc: 'Keep only what counts towards the target (the Grad-CAM of the paper).' },
    attr_dim_summation: { type: 'boolean', default: true, doc: 'Sum over channels into one map; otherwise one map per channel.' },
  },
  async attribute(request) {
    const values = layerValues(request);
    const { relu_attributions: relu, attr_dim_summation: sum } = request.parameters;
    const results = await request.subject.run(`LayerGradCam ${values.join(' ')} ${relu} ${sum}`, ({ builder, gradients }) => {
      const found = gradients(values, `the layer ${request.layer?.id}`);
      const cams = values.map((value, i) => weightActivations(builder, value, found[i] as string, explainedRank(builder, value), sum));
      return Object.fromEntries(cams.map((cam, i) => [i, relu ? builder.op('Relu', [cam]) : cam]));
    });
    return {
      parts: partsOf(
        values,
        values.map((_, i) => results[i] as Tensor<'float32'>),
      ),
    };
  },
});

/** Weights `value` (N, C, …) by its gradient's mean over the dimensions after the channel; (N, 1, …) when summed over C. */
export function weightActivations(builder: GraphBuilder, value: string, gradient: string, rank: number, sum: boolean): string {
  const axes = Array.from({ length: Math.max(rank - 2, 0) }, (_, i) => i + 2);
  const weights = axes.length ? builder.op('ReduceMean', [gradient, builder.ints(axes)], { keepdims: 1 }) : gradient;
  const weighted = builder.mul(weights, value);
  return sum && rank > 1 ? builder.op('ReduceSum', [weighted, builder.ints([1])], { keepdims: 1 }) : weighted;
}
