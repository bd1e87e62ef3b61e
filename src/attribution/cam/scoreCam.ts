import { isChannelsLast } from '../../graph/imageAxes/layout.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { tensor } from '../../tensor/tensor.ts';
import { channelsOf } from './activationMap.ts';
import { channelCam } from './channelCam.ts';

/** Of pytorch-grad-cam: keeps the mask of a constant channel finite. */
const EPSILON = 1e-8;

/**
 * pytorch-grad-cam's ScoreCAM (Wang et al. 2020, https://arxiv.org/abs/1910.01279): the input is multiplied by each channel, brought to
 * its size (bilinear, corners aligned) and scaled from 0 to 1; channels are weighted by the softmax of the scores over the channels.
 */
export const scoreCam = channelCam({
  name: 'ScoreCAM',
  doc: 'Channels weighted by the score of the input where only what the channel marks is kept, after a softmax over channels; one forward run for each.',
  paper: { authors: 'Wang et al.', year: 2020, url: 'https://arxiv.org/abs/1910.01279' },
  passes: (channels) => channels,
  scores({ subject, layer }, { activations }) {
    const { point, attributed } = subject;
    const [name = ''] = attributed;
    const input = point[name];
    const { channels, examples, extents } = channelsOf(activations);
    if (attributed.length !== 1 || input?.dims.length !== 4 || extents.length !== 2)
      throw new InspectumError(
        'unsupported',
        `ScoreCAM masks an image with the channels of a layer: it needs one input and a layer of 4 axes, not ${attributed.join(', ')} and ${layer?.id}.`,
      );
    const layout = subject.layoutOf(name, input.dims.length);
    const last = isChannelsLast(layout);
    const [depth = 1, height = 1, width = 1] = [layout.channel, ...layout.spatial].map((axis) => input.dims[axis]);
    const [rows = 1, columns = 1] = extents;
    const down = alignedSteps(rows, height);
    const across = alignedSteps(columns, width);
    const mask = new Float64Array(height * width);
    const place = (pixel: number, plane: number) => (last ? pixel * depth + plane : plane * mask.length + pixel);
    return {
      subject,
      point(channel) {
        const data = input.data.slice();
        for (let example = 0; example < examples; example++) {
          const from = (example * channels + channel) * rows * columns;
          resize(activations.data.subarray(from, from + rows * columns), columns, down, across, mask);
          const least = mask.reduce((a, b) => Math.min(a, b));
          const range = mask.reduce((a, b) => Math.max(a, b)) - least + EPSILON;
          const at = example * depth * mask.length;
          mask.forEach((value, pixel) => {
            for (let plane = 0; plane < depth; plane++) {
              const i = at + place(pixel, plane);
              data[i] = ((data[i] as number) * (value - least)) / range;
            }
          });
        }
        return { [name]: tensor('float32', input.dims, data) };
      },
      weights(scores, done) {
        const weights = new Float64Array(scores.length);
        for (let from = 0; from < scores.length; from += channels) weights.set(softmax(scores.subarray(from, from + done)), from);
        return weights;
      },
    };
  },
});

/** Where an element of a resized axis lies: between `low` and the next, by `part`. */
interface Step {
  readonly low: number;
  readonly high: number;
  readonly part: number;
}

const alignedSteps = (from: number, to: number): readonly Step[] =>
  Array.from({ length: to }, (_, i) => {
    const at = to > 1 ? (i * (from - 1)) / (to - 1) : 0;
    const low = Math.min(Math.floor(at), from - 1);
    return { low, high: Math.min(low + 1, from - 1), part: at - low };
  });

function resize(cells: Float32Array, columns: number, down: readonly Step[], across: readonly Step[], out: Float64Array): void {
  const cell = (row: number, column: number) => cells[row * columns + column] as number;
  const between = (row: number, { low, high, part }: Step) => cell(row, low) * (1 - part) + cell(row, high) * part;
  down.forEach(({ low, high, part }, y) => {
    across.forEach((step, x) => {
      out[y * across.length + x] = between(low, step) * (1 - part) + between(high, step) * part;
    });
  });
}

function softmax(scores: Float64Array): Float64Array {
  const most = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = scores.map((score) => Math.exp(score - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
