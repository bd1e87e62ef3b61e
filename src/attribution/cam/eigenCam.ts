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
  // rows and columns have the same first component; the fewer of them are multiplied with one another
  const isWide = channels > positions;
  const vectors = isWide ? Array.from({ length: positions }, (_, i) => Float64Array.from(rows, (row) => row[i] as number)) : rows;
  const { vector, converged } = firstEigenvector(productsOf(vectors));
  const combined = new Float64Array(Math.max(channels, positions));
  vectors.forEach((own, k) => {
    for (let i = 0; i < combined.length; i++) combined[i] = (combined[i] as number) + (vector[k] as number) * (own[i] as number);
  });
  const length = norm(combined);
  const projection = isWide ? vector.map((x) => x * length) : combined;
  const most = projection.reduce((a, b) => Math.max(a, b), 0);
  const least = projection.reduce((a, b) => Math.min(a, b), 0);
  return { projection: -least > most ? projection.map((x) => -x) : projection, converged };
}

/** Every vector times every vector. */
function productsOf(vectors: readonly Float64Array[]): Float64Array[] {
  const products = vectors.map(() => new Float64Array(vectors.length));
  vectors.forEach((a, i) => {
    for (let k = 0; k <= i; k++) {
      const product = dot(a, vectors[k] as Float64Array);
      (products[i] as Float64Array)[k] = product;
      (products[k] as Float64Array)[i] = product;
    }
  });
  return products;
}

/** By power iteration, which begins with the vector that is the longest. @param products of vectors: symmetric */
function firstEigenvector(products: readonly Float64Array[]): { vector: Float64Array; converged: boolean } {
  const lengths = products.map((row, i) => row[i] as number);
  let vector = scaled(products[lengths.indexOf(Math.max(...lengths))] ?? new Float64Array(products.length));
  let converged = false;
  for (let step = 0; step < MOST_STEPS && !converged; step++) {
    const before = vector;
    vector = scaled(Float64Array.from(products, (row) => dot(row, before)));
    converged = norm(vector.map((x, i) => x - (before[i] as number))) < CONVERGED;
  }
  return { vector, converged };
}

/** A loop, since `reduce` of a typed array takes many times as long. */
function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

function scaled(a: Float64Array): Float64Array {
  const length = norm(a);
  return length > 0 ? a.map((x) => x / length) : a;
}
