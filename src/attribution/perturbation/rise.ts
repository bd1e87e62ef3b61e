import { isChannelsLast } from '../../graph/imageAxes/layout.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { tensor } from '../../tensor/tensor.ts';
import { type Attribution, defineMethod } from '../method.ts';
import type { Random } from '../random.ts';
import { PERTURBATIONS_PER_EVAL } from './parameters.ts';
import { visitScores } from './visitScores.ts';

/**
 * RISE (Petsiuk et al. 2018): the mean of random smooth masks, each weighted by the score of the input that it lets through, divided by
 * the masks' own mean. A mask is a coarse grid of ones (with probability p) and zeros, enlarged bilinearly and shifted by up to a cell,
 * the same for all channels and examples. In place of what is masked stands the baseline.
 */
export const rise = defineMethod({
  name: 'RISE',
  level: 'primary',
  needsTarget: true,
  baselines: 'one',
  doc: 'The mean of random smooth masks, weighted by the score of the image seen through each: how important each pixel is for the score. The paper takes probabilities for scores.',
  differs:
    'Captum lacks it: compared with the mean over every mask that can be drawn, within five times the error that its masks are expected to have.',
  paper: { authors: 'Petsiuk et al.', year: 2018, url: 'https://arxiv.org/abs/1806.07421' },
  parameters: {
    n_masks: { type: 'integer', default: 4000, min: 1, doc: 'How many masks are drawn; each takes a run.' },
    grid_size: { type: 'integer', default: 7, min: 1, max: 256, doc: 'Cells of a mask along either side of the image.' },
    p: { type: 'number', default: 0.5, min: 0.01, max: 1, doc: 'The probability of a cell to be let through.' },
    perturbations_per_eval: PERTURBATIONS_PER_EVAL,
  },
  cost: ({ parameters }) => parameters.n_masks,
  async attribute({ subject, baselines, parameters, random, work }) {
    const { n_masks: total, grid_size: cells, p, perturbations_per_eval: perEval } = parameters;
    const name = subject.attributed.find((one) => subject.point[one]?.dims.length === 4);
    const image = name === undefined ? undefined : subject.point[name];
    if (name === undefined || !image)
      throw new InspectumError('unsupported', 'RISE masks images: none of the inputs has the shape of one (N, C, H, W) or (N, H, W, C).');
    const absent = baselines.per(name, image);
    const { dims } = image;
    const layout = subject.layoutOf(name, dims.length);
    const [height = 1, width = 1] = layout.spatial.map((axis) => dims[axis] as number);
    const [examples = 1] = dims;
    const inner = isChannelsLast(layout) ? (dims[layout.channel] as number) : 1;
    const sums = new Float64Array(examples * height * width);
    const soFar = (done: number): Attribution => {
      const map = tensor(
        'float32',
        dims.map((extent, axis) => (axis === layout.channel ? 1 : extent)),
        Float32Array.from(sums, (sum) => sum / (done * p)),
      );
      return { parts: [{ name, tensor: map }] };
    };
    const next = () => {
      const mask = randomMask(random, { height, width }, cells, p);
      const seen = new Float32Array(image.data.length);
      for (let at = 0; at < seen.length; )
        for (let pixel = 0; pixel < mask.length; pixel++)
          for (let channel = 0; channel < inner; channel++, at++) {
            const hidden = absent.data[at] as number;
            seen[at] = hidden + (mask[pixel] as number) * ((image.data[at] as number) - hidden);
          }
      return { made: mask, point: { [name]: tensor('float32', dims, seen) } };
    };
    let outside = 0;
    await visitScores({ subject, count: total, next, perEval, work, partial: soFar }, (mask, scores) => {
      scores.forEach((score, example) => {
        if (score < 0 || score > 1) outside++;
        for (let i = 0, at = example * mask.length; i < mask.length; i++, at++)
          sums[at] = (sums[at] as number) + score * (mask[i] as number);
      });
    });
    return { ...soFar(total), samples: total, ...(outside > 0 && { remarks: [SCORES] }) };
  },
});

const SCORES =
  'The scores are no probabilities, for which RISE is made: a pixel has the mean score of what is seen through it, so only the differences between pixels say something. With --output a value behind the Softmax can be explained.';

/** Values from 0 to 1, row by row. */
function randomMask(
  random: Random,
  { height, width }: { readonly height: number; readonly width: number },
  cells: number,
  p: number,
): Float32Array {
  const grid = Float32Array.from({ length: cells * cells }, () => (random.uniform() < p ? 1 : 0));
  const rows = taps(height, cells, random);
  const columns = taps(width, cells, random);
  const mask = new Float32Array(height * width);
  let at = 0;
  for (const [above, below, down] of rows)
    for (const [left, right, across] of columns) {
      const upper = (grid[above * cells + left] as number) * (1 - across) + (grid[above * cells + right] as number) * across;
      const lower = (grid[below * cells + left] as number) * (1 - across) + (grid[below * cells + right] as number) * across;
      mask[at++] = upper * (1 - down) + lower * down;
    }
  return mask;
}

/** For every position of an axis the two cells that it lies between, and how far it is from the first: of an axis a cell too long, from a random place on. */
function taps(length: number, cells: number, random: Random): readonly (readonly [number, number, number])[] {
  const cell = Math.ceil(length / cells);
  const shift = random.integer(cell);
  return Array.from({ length }, (_, i) => {
    const position = Math.min(cells - 1, Math.max(0, ((shift + i + 0.5) * cells) / ((cells + 1) * cell) - 0.5));
    const first = Math.floor(position);
    return [first, Math.min(cells - 1, first + 1), position - first] as const;
  });
}
