import { channelsFirst } from '../evaluation/channels.ts';
import { layerValues } from '../layer/layerValue.ts';
import { type AttributionPart, partsOf } from '../method.ts';
import { channelsOf, mapOf } from './activationMap.ts';
import { CAM_PARAMETERS, classActivationMap, mapLayout } from './classActivationMap.ts';

/** Sine of the angle by which a step of the power iteration turns the direction when it has converged. */
const CONVERGED = 1e-9;
const MOST_STEPS = 2000;

/**
 * pytorch-grad-cam's EigenCAM (Muhammad & Yeasin 2020, https://arxiv.org/abs/2008.00299): positions are points in the space of channels,
 * centred, and projected to their first principal component, found by power iteration. The library leaves its sign to the singular value
 * decomposition; here it is that of its SegEigenCAM: the largest magnitude is positive.
 */
export const eigenCam = classActivationMap({
  name: 'EigenCAM',
  needsTarget: false,
  doc: 'What the channels of the layer have most in common: the first principal component of the activations, of which the largest magnitude counts as positive. It is of no class.',
  paper: { authors: 'Muhammad & Yeasin', year: 2020, url: 'https://arxiv.org/abs/2008.00299' },
  parameters: CAM_PARAMETERS,
  cost: ({ before }) => before,
  async attribute(request) {
    const { subject, layer, parameters } = request;
    const values = layerValues(request);
    const activations = await subject.valuesOf(values);
    let converged = true;
    const maps: AttributionPart['tensor'][] = [];
    for (const [i, computed] of activations.entries()) {
      const layout = mapLayout(subject, values[i] as string, { method: 'EigenCAM', layer: layer?.id }, computed.dims.length);
      const value = channelsFirst(computed, layout);
      const shape = channelsOf(value);
      const { examples, channels, positions } = shape;
      const map = new Float64Array(examples * positions);
      for (let example = 0; example < examples; example++) {
        const found = firstComponent(value.data.subarray(example * channels * positions, (example + 1) * channels * positions), positions);
        converged &&= found.converged;
        map.set(found.projection, example * positions);
      }
      maps.push(mapOf(shape, map, parameters.relu_attributions));
    }
    return {
      parts: partsOf(values, maps),
      ...(!converged && { remarks: ['The first two principal components are almost equally strong: the map is a mixture of them.'] }),
    };
  },
});

/** The projection of every position to the first principal component of rows of channels. */
function firstComponent(data: Float32Array, positions: number): { projection: Float64Array; converged: boolean } {
  const channels = data.length / positions;
  const rows = Array.from({ length: channels }, (_, c) => {
    const row = Float64Array.from(data.subarray(c * positions, (c + 1) * positions));
    const mean = row.reduce((a, b) => a + b, 0) / positions;
    return row.map((x) => x - mean);
  });
  // begins with the channel that varies most
  const norms = rows.map(norm);
  let projection: Float64Array = rows[norms.indexOf(Math.max(...norms))]?.slice() ?? new Float64Array(positions);
  let unit = scaled(projection);
  let converged = false;
  for (let step = 0; step < MOST_STEPS && !converged; step++) {
    const direction = scaled(Float64Array.from(rows, (row) => dot(row, unit)));
    projection = new Float64Array(positions);
    rows.forEach((row, c) => {
      for (let i = 0; i < positions; i++) projection[i] = (projection[i] as number) + (direction[c] as number) * (row[i] as number);
    });
    const next = scaled(projection);
    const before = unit;
    converged = norm(next.map((x, i) => x - (before[i] as number))) < CONVERGED;
    unit = next;
  }
  const most = projection.reduce((a, b) => Math.max(a, b), 0);
  const least = projection.reduce((a, b) => Math.min(a, b), 0);
  return { projection: -least > most ? projection.map((x) => -x) : projection, converged };
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

function scaled(a: Float64Array): Float64Array {
  const length = norm(a);
  return length > 0 ? a.map((x) => x / length) : a;
}
