import type { GraphBuilder } from '../../graph/builder.ts';
import type { Layout } from '../../graph/imageAxes/layout.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { Parameter } from '../../tensor/parameters.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { summedOverChannels } from '../evaluation/channels.ts';
import type { Subject } from '../evaluation/subject.ts';
import { layerValues } from '../layer/layerValue.ts';
import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod, type Method, partsOf } from '../method.ts';

/** Parameters of every class activation map. */
export const CAM_PARAMETERS = {
  attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT,
  relu_attributions: { type: 'boolean', default: true, doc: 'Keep only what is positive, as in the paper. Without it the map is signed.' },
} as const satisfies Readonly<Record<string, Parameter>>;

/** Ends what is said of each: how the values relate to pytorch-grad-cam's. */
export const UNSCALED =
  "The map keeps the layer's resolution and its own values; pytorch-grad-cam goes on to scale it from 0 to 1 and to resize it.";

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
  defineMethod({
    name,
    level: 'layer',
    needsTarget: true,
    baselines: 'none',
    doc: `${doc} ${UNSCALED}`,
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

/**
 * Which axes of a value are its channels and its places.
 * @param rank of the value, where it has been computed
 * @throws InspectumError 'unsupported' where it is no stack of planes or volumes
 */
export function mapLayout(subject: Subject, value: string, { method, layer }: Asking, rank?: number): Layout {
  const layout = subject.layoutOf(value, rank);
  if (layout.rank !== 4 && layout.rank !== 5)
    throw new InspectumError(
      'unsupported',
      `${method} needs a layer with channels of height and width (4 or 5 axes), but the value of ${layer} has ${layout.rank}: choose a convolutional layer.`,
    );
  return layout;
}

/** Who asks, for messages. */
interface Asking {
  readonly method: string;
  readonly layer: string | undefined;
}
