import type { Cell } from '../../protocol/model.ts';
import type { Cells } from '../../tensor/cells.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { stridesOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** The axis of a layer's value that has its channels, by its layout. */
const UNIT_AXIS: Readonly<Record<Cells['layout'], number>> = {
  'channels-first': 1,
  'channels-last': 3,
  tokens: 2,
  'tokens-first': 2,
  'tokens-last': 1,
};

/**
 * Values of a layer as a number per unit: the sum over all other axes, or what stands in one cell.
 * @param value of one example, in the layer's shape
 * @param cells how it lies over the image; undefined: `unitAxis` has the units, and there is no cell
 * @throws InspectumError 'usage' where the layer has no such cell
 */
export function perUnit({ dims, data }: Tensor<'float32'>, cells: Cells | undefined, unitAxis: number, cell?: Cell): Float32Array {
  const axis = cells ? UNIT_AXIS[cells.layout] : unitAxis;
  const stride = stridesOf(dims)[axis] ?? 1;
  const units = new Float32Array(dims[axis] ?? 1);
  if (!cell) {
    data.forEach((value, i) => {
      const unit = Math.floor(i / stride) % units.length;
      units[unit] = (units[unit] as number) + value;
    });
    return units;
  }
  const { row, column } = cell;
  if (!cells || !isIn(row, cells.height) || !isIn(column, cells.width))
    throw new InspectumError('usage', `The layer has no cell in row ${row} and column ${column}, counted from 0.`);
  const place = cells.skip + row * cells.width + column;
  const at = cells.layout === 'channels-first' || cells.layout === 'tokens-last' ? place : place * units.length;
  return units.map((_, unit) => data[at + unit * stride] as number);
}

const isIn = (index: number, size: number): boolean => Number.isInteger(index) && index >= 0 && index < size;
