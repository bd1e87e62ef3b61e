import type { Layout } from '../../graph/imageAxes/layout.ts';
import type { ValuesOf } from '../../tensor/parameters.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { channelsFirst } from '../evaluation/channels.ts';
import type { Point, Subject } from '../evaluation/subject.ts';
import { layerValue, oneOfSeveral } from '../layer/layerValue.ts';
import type { Attribution, AttributionRequest, Method } from '../method.ts';
import { PERTURBATIONS_PER_EVAL } from '../perturbation/parameters.ts';
import { visitScores } from '../perturbation/visitScores.ts';
import { channelsOf, weightedMap } from './activationMap.ts';
import { CAM_PARAMETERS, classActivationMap, mapLayout } from './classActivationMap.ts';

const PARAMETERS = { ...CAM_PARAMETERS, perturbations_per_eval: PERTURBATIONS_PER_EVAL };

/** How a channel's score is found, and what weight it gives. */
export interface ChannelScores {
  /** What is run, at a point for each channel. */
  readonly subject: Subject;
  point(channel: number): Point;
  /** Weights (N, C) from the scores of the channels, of which the first `done` of every example are known; those of others are 0. */
  weights(scores: Float64Array, done: number): Float64Array;
}

/** The layer's value at the point. */
export interface Activated {
  readonly value: string;
  /** In its own layout. */
  readonly own: Tensor<'float32'>;
  readonly layout: Layout;
  /** The same as (N, C, …). */
  readonly activations: Tensor<'float32'>;
}

interface ChannelCam extends Pick<Method, 'name' | 'doc'> {
  /** Forward passes for so many channels, once the activations are known. @param given as a workload's */
  passes(channels: number, given: number): number;
  readonly paper: NonNullable<Method['paper']>;
  scores(request: AttributionRequest<ValuesOf<typeof PARAMETERS>>, layer: Activated): ChannelScores | Promise<ChannelScores>;
}

/** A map of activations, each channel weighted by what a forward run of its own says of it: (N, 1, …). Takes no gradients. */
export const channelCam = ({ name, doc, paper, passes, scores: scoresOf }: ChannelCam): Method =>
  classActivationMap({
    name,
    needsTarget: true,
    doc,
    paper,
    parameters: PARAMETERS,
    cost: ({ channels = 1, before, given }) => before + passes(channels, given),
    async attribute(request) {
      const { subject, layer, parameters, work } = request;
      const value = layerValue(request);
      const [own] = (await subject.valuesOf([value])) as [Tensor<'float32'>];
      const layout = mapLayout(subject, value, { method: name, layer: layer?.id }, own.dims.length);
      const activations = channelsFirst(own, layout);
      const { channels, examples } = channelsOf(activations);
      const asked = await scoresOf(request, { value, own, layout, activations });
      const scores = new Float64Array(examples * channels);
      const remarks = oneOfSeveral(request);
      const result = (done: number): Attribution => ({
        parts: [{ name: value, tensor: weightedMap(activations, asked.weights(scores, done), parameters.relu_attributions) }],
        ...(remarks.length > 0 && { remarks }),
      });
      let next = 0;
      await visitScores<number>(
        {
          subject: asked.subject,
          count: channels,
          next: () => ({ made: next, point: asked.point(next++) }),
          perEval: parameters.perturbations_per_eval,
          work,
          partial: result,
        },
        (channel, found) => {
          for (let example = 0; example < examples; example++) scores[example * channels + channel] = found[example] as number;
        },
      );
      return result(channels);
    },
  });
