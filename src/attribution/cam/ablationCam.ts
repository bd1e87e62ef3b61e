import { isChannelsLast } from '../../graph/imageAxes/layout.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { tensor } from '../../tensor/tensor.ts';
import { channelsOf } from './activationMap.ts';
import { channelCam } from './channelCam.ts';

/**
 * AblationCAM (Desai & Ramaswamy 2020, https://doi.org/10.1109/WACV45572.2020.9093360): each channel weighted by the share of the score
 * that is lost when the channel is set to 0. pytorch-grad-cam sets it to a very negative number where activations can be negative.
 */
export const ablationCam = channelCam({
  name: 'AblationCAM',
  doc: 'Channels weighted by the share of the score that is lost when the channel is set to 0, as in the paper; one forward run for each.',
  paper: { authors: 'Desai & Ramaswamy', year: 2020, url: 'https://doi.org/10.1109/WACV45572.2020.9093360' },
  passes: (channels, given) => (channels + 1) * given,
  async scores({ subject }, { value, own, layout, activations }) {
    const cut = await subject.cutAt([value], { [value]: own });
    const intact = await cut.scores();
    if (intact.includes(0))
      throw new InspectumError(
        'unsupported',
        'AblationCAM divides by the score of the target, which is 0 here: choose another target or method.',
      );
    const { channels, examples, positions } = channelsOf(activations);
    const last = isChannelsLast(layout);
    return {
      subject: cut,
      point(channel) {
        const data = own.data.slice();
        if (last) for (let i = channel; i < data.length; i += channels) data[i] = 0;
        else for (let i = channel; i < examples * channels; i += channels) data.fill(0, i * positions, (i + 1) * positions);
        return { [value]: tensor('float32', own.dims, data) };
      },
      weights: (scores, done) =>
        scores.map((score, row) => {
          const whole = intact[Math.floor(row / channels)] as number;
          return row % channels < done ? (whole - score) / whole : 0;
        }),
    };
  },
});
