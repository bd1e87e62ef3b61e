import type { GraphBuilder } from '../../graph/builder.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { summedOverChannels } from '../evaluation/channels.ts';
import { layerValues } from '../layer/layerValue.ts';
import { type Method, partsOf } from '../method.ts';
import { CAM_PARAMETERS, classActivationMap, mapLayout } from './classActivationMap.ts';

/** A layer's value, its gradient, and the axes of its places. */
export interface Activations {
  readonly value: string;
  readonly gradient: string;
  readonly axes: readonly number[];
}

interface GradientCam extends Pick<Method, 'name' | 'doc'> {
  readonly paper: NonNullable<Method['paper']>;
  /** Adds the weights of the activations, broadcast to them. */
  weights(builder: GraphBuilder, activations: Activations): string;
}

/** A map of activations, weighted by what is made of their gradients and summed over channels: (N, 1, …) for each value of the layer. */
export const gradientCam = ({ name, doc, paper, weights }: GradientCam): Method =>
  classActivationMap({
    name,
    needsTarget: true,
    doc,
    paper,
    parameters: CAM_PARAMETERS,
    async attribute(request) {
      const { subject, layer, parameters } = request;
      const values = layerValues(request);
      const relu = parameters.relu_attributions;
      const results = await subject.run(`${name} ${values.join(' ')} ${relu}`, ({ builder, gradients }) => {
        const found = gradients(values, `the layer ${layer?.id}`);
        const maps = values.map((value, i) => {
          const layout = mapLayout(subject, value, { method: name, layer: layer?.id });
          const weighted = builder.mul(weights(builder, { value, gradient: found[i] as string, axes: layout.spatial }), value);
          const map = summedOverChannels(builder, weighted, layout);
          return relu ? builder.op('Relu', [map]) : map;
        });
        return Object.fromEntries(maps.map((map, i) => [i, map]));
      });
      return {
        parts: partsOf(
          values,
          values.map((_, i) => results[i] as Tensor<'float32'>),
        ),
      };
    },
  });
