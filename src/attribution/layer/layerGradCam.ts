import type { GraphBuilder } from '../../graph/builder.ts';
import type { Layout } from '../../graph/imageAxes/layout.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { summedOverChannels } from '../evaluation/channels.ts';
import type { Subject } from '../evaluation/subject.ts';
import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod, partsOf } from '../method.ts';
import { layerValues } from './layerValue.ts';

/**
 * captum.attr.LayerGradCam (Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391): each channel weighted by the mean of its
 * gradient over the dimensions after the channel, summed over channels. Signed unless relu_attributions. Of a value (N, H, W, C) over
 * an image the channels are the last axis.
 */
export const layerGradCam = defineMethod({
  name: 'LayerGradCam',
  level: 'layer',
  needsTarget: true,
  baselines: 'none',
  doc: 'Where the layer has evidence for the target: activations weighted by the mean gradient of their channel.',
  differs:
    'Captum takes the second axis for the channels. Where the image can be followed to a layer (N, H, W, C), its last axis is taken, and the map is (N, 1, H, W): compared with that of the same network in Captum, channels first.',
  paper: { authors: 'Selvaraju et al.', year: 2017, url: 'https://arxiv.org/abs/1610.02391' },
  parameters: {
    attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT,
    relu_attributions: { type: 'boolean', default: false, doc: 'Keep only what counts towards the target (the Grad-CAM of the paper).' },
    attr_dim_summation: { type: 'boolean', default: true, doc: 'Sum over channels into one map; otherwise one map per channel.' },
  },
  async attribute(request) {
    const values = layerValues(request);
    const { subject } = request;
    const { relu_attributions: relu, attr_dim_summation: sum } = request.parameters;
    const results = await subject.run(`LayerGradCam ${values.join(' ')} ${relu} ${sum}`, ({ builder, gradients }) => {
      const found = gradients(values, `the layer ${request.layer?.id}`);
      const cams = values.map((value, i) => weightActivations(builder, value, found[i] as string, subject.layoutOf(value), sum));
      return Object.fromEntries(cams.map((cam, i) => [i, relu ? builder.op('Relu', [cam]) : cam]));
    });
    const remarks = values.flatMap((value) => tokensRemark(subject, value) ?? []);
    return {
      parts: partsOf(
        values,
        values.map((_, i) => results[i] as Tensor<'float32'>),
      ),
      ...(remarks.length > 0 && { remarks }),
    };
  },
});

/** That Captum's second axis is none of channels in a sequence of tokens, and what gives a map over the image; undefined elsewhere. */
function tokensRemark(subject: Subject, value: string): string | undefined {
  if (subject.layoutOf(value).rank !== 3) return undefined;
  const second = subject.tokensOf(value, 2);
  const grid = second ?? subject.tokensOf(value, 3);
  if (!grid) return undefined;
  return (
    `As in Captum, the second axis of ${value} was taken for its channels, but it is ${second ? 'the tokens' : 'the batch'}: this is no map over the ` +
    `${grid.height} × ${grid.width} patches of the image. LayerGradientXActivation, summed over the last axis, gives one, and so does AttentionRollout. ` +
    'What the panel draws when the layer is chosen is one too: there the last axis is the channels, weighted by their mean gradient over the patches.'
  );
}

/** Weights `value` by its gradient's mean over the places of each channel, in the value's shape; (N, 1, …) when summed over channels. */
export function weightActivations(builder: GraphBuilder, value: string, gradient: string, layout: Layout, sum: boolean): string {
  const { rank, spatial } = layout;
  const weights = spatial.length > 0 ? builder.op('ReduceMean', [gradient, builder.ints(spatial)], { keepdims: 1 }) : gradient;
  const weighted = builder.mul(weights, value);
  return sum && rank > 1 ? summedOverChannels(builder, weighted, layout) : weighted;
}
