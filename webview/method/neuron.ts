import type { Cell, Layer } from '../../src/protocol/model.ts';
import { type AxisRange, parseRange } from '../../src/tensor/ranges.ts';

/** What a person picks of a layer: the whole of an axis where it is missing. */
export interface Picked {
  readonly unit?: number;
  readonly cell?: Cell;
}

type Axis = 'unit' | 'row' | 'column' | 'token';
type LayerShape = Pick<Layer, 'dims' | 'cells'>;

const LAYOUTS: Readonly<Partial<Record<NonNullable<Layer['cells']>['layout'], readonly Axis[]>>> = {
  'channels-first': ['unit', 'row', 'column'],
  'channels-last': ['row', 'column', 'unit'],
  tokens: ['token', 'unit'],
  'tokens-last': ['unit', 'token'],
};

/** What the axes of one example of a layer are; undefined where that cannot be told. */
function axesOf({ dims, cells }: LayerShape): readonly Axis[] | undefined {
  const axes = cells ? LAYOUTS[cells.layout] : [['unit'], ['token', 'unit'], ['unit', 'row', 'column']][(dims?.length ?? 0) - 1];
  return axes?.length === dims?.length ? (axes as readonly Axis[]) : undefined;
}

/** Whether cells of the layer's map can be picked. */
export const hasCells = (layer: LayerShape): boolean => layer.cells !== undefined && axesOf(layer) !== undefined;

/** The neuron as `--neuron` takes it: "12,3,5"; undefined where the layer's axes cannot be told. */
export function neuronOf(layer: LayerShape, { unit, cell }: Picked): string | undefined {
  const { cells } = layer;
  const token = cell && cells ? cells.skip + cell.row * cells.width + cell.column : undefined;
  const indices: Readonly<Record<Axis, number | undefined>> = { unit, row: cell?.row, column: cell?.column, token };
  return axesOf(layer)
    ?.map((axis) => indices[axis] ?? ':')
    .join(',');
}

/** What was picked where a neuron was typed: single indices of it. */
export function pickedIn(layer: LayerShape, neuron: string): Picked {
  const parts = neuron.split(',');
  const { cells } = layer;
  const at = (axis: Axis) => {
    const part = parts[axesOf(layer)?.indexOf(axis) ?? -1] ?? '';
    return INDEX.test(part) ? Number(part) : undefined;
  };
  const [unit, token] = [at('unit'), at('token')];
  const place = token !== undefined && cells ? token - cells.skip : -1;
  const isInGrid = cells !== undefined && place >= 0 && place < cells.height * cells.width;
  const [row, column] = isInGrid ? [Math.floor(place / cells.width), place % cells.width] : [at('row'), at('column')];
  return { ...(unit !== undefined && { unit }), ...(row !== undefined && column !== undefined && { cell: { row, column } }) };
}

const INDEX = /^\d+$/;
const WHOLE: AxisRange = { from: 0, to: undefined };

/** An index or a range per axis, as `--neuron` takes them; undefined where the text is none. */
export function parseNeuron(text: string): string | undefined {
  const parts = text
    .trim()
    .split(/\s*,\s*|\s+/)
    .map((part) => part.trim());
  return parts.every((part) => parseRange(part)) ? parts.join(',') : undefined;
}

/** "unit 12, row 3, column 5", counted from 0; of ranges "unit 12, rows 0 to 3, all columns: the sum of 64 neurons". */
export function describeNeuron(layer: LayerShape, neuron: string): string {
  const { dims = [] } = layer;
  const axes = axesOf(layer);
  const parts = neuron.split(',');
  const { cell } = pickedIn(layer, neuron);
  const ranges = dims.map((size, axis) => {
    const { from, to = size } = parseRange(parts[axis] ?? '') ?? WHOLE;
    return { from, to };
  });
  const words = ranges.map(({ from, to }, axis) => {
    const name = axes?.[axis] ?? `index ${axis + 1}:`;
    if (name === 'token' && cell) return `row ${cell.row}, column ${cell.column}`;
    if (to - from === 1 && parts[axis] !== ':') return `${name} ${from}`;
    return from === 0 && to === dims[axis] ? `all ${name}s` : `${name}s ${from} to ${to - 1}`;
  });
  const count = ranges.reduce((product, { from, to }) => product * Math.max(0, to - from), 1);
  return `${words.join(', ')}${count > 1 ? `: the sum of ${count.toLocaleString('en')} neurons` : ''}`;
}
