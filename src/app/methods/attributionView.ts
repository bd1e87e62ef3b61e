import type { AttributionPart } from '../../attribution/method.ts';
import { isChannelsLast } from '../../graph/imageAxes/layout.ts';
import { cellsOf } from '../../graph/imageAxes.ts';
import type { AttributionView, Recipe } from '../../protocol/methods.ts';
import type { Explained, LayerExplanation, LayerMap } from '../../protocol/model.ts';
import type { Cells } from '../../tensor/cells.ts';
import { formatShape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Model } from '../model.ts';
import { strongestUnits } from '../sweep/strongestUnits.ts';
import type { AttributionResult } from './attribute.ts';
import { partLayout } from './partLayout.ts';

/**
 * A result as a panel shows it: the attribution to the image, else to the first value, of the first example. Where it lies over the
 * image it is a map, summed over channels as Captum's pictures are; else the strongest units.
 */
export function attributionView(
  model: Model,
  recipe: Recipe,
  {
    parts,
    delta,
    samples,
    baselines,
    metrics = {},
    remarks = [],
  }: Omit<Partial<AttributionResult>, 'parts'> & Pick<AttributionResult, 'parts'>,
  { target, ms, fraction }: { readonly target: Explained; readonly ms: number; readonly fraction?: number },
): AttributionView {
  const part = shownPart(model, parts);
  const { tensor } = part;
  const first = firstExample(tensor);
  const sum = totalOf(first);
  const map = mapOf(model, part);
  const explanation: LayerExplanation = map
    ? { kind: 'map', map, target, ms }
    : { kind: 'units', units: strongestUnits(part.name, first, whyUnits(tensor)), target, ms };
  return {
    recipe,
    explanation,
    shape: formatShape(tensor.dims),
    sum,
    ...(baselines && delta?.[0] !== undefined && { completeness: { delta: delta[0], difference: sumOfAll(parts) - delta[0] } }),
    ...(Object.keys(metrics).length > 0 && { metrics: firstOfEach(metrics) }),
    ...(samples !== undefined && { samples }),
    ...(baselines && { baselines }),
    remarks,
    ms,
    ...(fraction !== undefined && { fraction }),
  };
}

/** Of the attributions to several values the one that is shown: to the image, else the first. */
export const shownPart = (model: Model, parts: AttributionResult['parts']): AttributionPart =>
  parts.find(({ name }) => name === model.input?.port) ?? parts[0];

const totalOf = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);

/** The sum of all attributions of the first example: to every value that is attributed to. */
export const sumOfAll = (parts: AttributionResult['parts']): number =>
  parts.reduce((total, { tensor }) => total + totalOf(firstExample(tensor)), 0);

const firstOfEach = (metrics: Readonly<Record<string, readonly number[]>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(metrics).map(([name, values]) => [name, values[0] ?? Number.NaN]));

const firstExample = ({ data, dims }: Tensor<'float32'>): Float32Array => data.subarray(0, data.length / (dims[0] ?? 1));

/** The map of the first example's attribution, summed over channels; undefined where it does not lie over the image. */
export function mapOf(model: Model, part: AttributionPart): LayerMap | undefined {
  const { name, tensor } = part;
  const cells = cellsIn(model, part);
  return cells && summedOverChannels(name, firstExample(tensor), tensor.dims, cells);
}

const whyUnits = ({ dims }: Tensor): string =>
  `This attribution (one example is ${formatShape(dims.slice(1))}) has no height and width, so there is no map to lay over the image. The bars show its strongest values.`;

/** How an attribution of the shape of a value, or a map of one, lies over the image. */
function cellsIn(model: Model, part: AttributionPart): Cells | undefined {
  const { name, tensor } = part;
  const { dims } = tensor;
  const known = cellsOf(model.graph, model.axes, name);
  if (dims.length !== 4)
    return known && dims.length === 3 && tokensIn(known, dims) >= known.skip + known.height * known.width ? known : undefined;
  const layout = partLayout(model, part);
  const [height = 1, width = 1] = layout.spatial.map((axis) => dims[axis]);
  if (height * width <= 1 || (!known && name !== model.input?.port)) return undefined;
  return { layout: isChannelsLast(layout) ? 'channels-last' : 'channels-first', height, width, skip: 0 };
}

function summedOverChannels(output: string, values: Float32Array, dims: readonly number[], cells: Cells): LayerMap {
  const { height, width, skip } = cells;
  const size = height * width;
  const isChannelsFirst = cells.layout === 'channels-first' || cells.layout === 'tokens-last';
  const positions = cells.layout === 'channels-first' || cells.layout === 'channels-last' ? size : tokensIn(cells, dims);
  const channels = values.length / positions;
  const data = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += values[isChannelsFirst ? c * positions + skip + i : (skip + i) * channels + c] as number;
    data[i] = sum;
  }
  return { output, width, height, data };
}

const tokensIn = ({ layout }: Cells, dims: readonly number[]): number =>
  dims[layout === 'tokens' ? 1 : layout === 'tokens-first' ? 0 : 2] ?? 0;
