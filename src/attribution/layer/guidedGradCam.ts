import { guidedBackpropRules } from '../../autodiff/rules/guidedBackprop/index.ts';
import type { Layout } from '../../graph/imageAxes/layout.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { laidOver } from '../evaluation/channels.ts';
import { INTERPOLATE_MODES, upsampled } from '../evaluation/upsampled.ts';
import { ATTRIBUTE_TO_LAYER_INPUT, BACKWARD_COST, defineMethod, gradientCost, partsOf } from '../method.ts';
import { RECTIFIES, RECTIFY_ALL, untreatedRemarks } from '../primary/rectifyAll.ts';
import { weightActivations } from './layerGradCam.ts';
import { layerValue, oneOfSeveral } from './layerValue.ts';

/**
 * captum.attr.GuidedGradCam (Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391): GuidedBackprop, in the input's shape, times what
 * is positive of the layer's LayerGradCam, upsampled to the input. Channels of both may be the last axis. Of several values of a layer it
 * takes one, as Captum refuses several; of several inputs those of other axes have no attribution, as in Captum.
 */
export const guidedGradCam = defineMethod({
  name: 'GuidedGradCam',
  level: 'layer',
  ofInput: true,
  needsTarget: true,
  baselines: 'none',
  doc: "Guided backpropagation to the input, kept where the layer's Grad-CAM has evidence for the target.",
  paper: { authors: 'Selvaraju et al.', year: 2017, url: 'https://arxiv.org/abs/1610.02391' },
  differs: RECTIFIES,
  parameters: {
    attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT,
    interpolate_mode: {
      type: 'choice',
      default: 'nearest',
      choices: INTERPOLATE_MODES,
      doc: 'How the Grad-CAM is brought to the size of the input.',
    },
    rectify_all: RECTIFY_ALL,
  },
  cost: ({ behind }) => gradientCost(behind) + BACKWARD_COST,
  async attribute(request) {
    const { subject, parameters, layer } = request;
    const { interpolate_mode: mode, rectify_all: all } = parameters;
    const value = layerValue(request);
    const { attributed } = subject;
    const from = subject.layoutOf(value);
    const hasAxes = (name: string): boolean => subject.layoutOf(name).spatial.length === from.spatial.length;
    // where none has, the first says why
    const fitting = attributed.some(hasAxes) ? attributed.filter(hasAxes) : attributed;
    const results = await subject.run(`GuidedGradCam ${value} ${mode} ${all} ${attributed.join(' ')}`, ({ builder, gradients }) => {
      const [gradient = ''] = gradients([value], `the layer ${layer?.id}`);
      const cam = builder.op('Relu', [weightActivations(builder, value, gradient, from, true)]);
      const guided = gradients(fitting, `the input ${fitting.join(', ')}`, guidedBackpropRules(builder, all));
      const sizeOf = (name: string, { spatial }: Layout) => spatial.map((axis) => builder.values.get(name)?.shape?.[axis] ?? '');
      return Object.fromEntries(
        fitting.map((name, i) => {
          const to = subject.layoutOf(name);
          const map = upsampled(builder, cam, sizeOf(value, from), sizeOf(name, to), mode);
          return [i, builder.mul(guided[i] as string, laidOver(builder, map, to))];
        }),
      );
    });
    const without = attributed.filter((name) => !fitting.includes(name)).join(', ');
    return {
      parts: partsOf(
        fitting,
        fitting.map((_, i) => results[i] as Tensor<'float32'>),
      ),
      remarks: [
        ...oneOfSeveral(request),
        ...untreatedRemarks(subject, all),
        ...(without === '' ? [] : [`There is no attribution to ${without}, to whose axes the layer's map cannot be brought.`]),
      ],
    };
  },
});
