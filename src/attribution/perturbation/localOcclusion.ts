import { isStatic } from '../../tensor/shape.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Subject } from '../evaluation/subject.ts';
import type { Copy, Perturbations } from './perturbed.ts';
import { type Field, type Neck, necksOf, type Plane } from './receptiveField.ts';
import type { Windows } from './windows.ts';

/** The part of all work that must be saved before it is worth the copying. */
const WORTH = 0.08;

/** Fewer windows are done before the two graphs that it takes are ready. */
const MANY = 32;

/** Perturbations of a value behind the input, which stand for windows over the input. */
export interface Local {
  /** Explains that value. */
  readonly subject: Subject;
  readonly write: Perturbations['write'];
}

/**
 * Occlusion that computes before a value behind the input only what a window changes: the input is cropped to what the changed cells of
 * that value depend on, and they are put into the value that the intact input has there. From there on all is computed.
 * The crop begins and ends at multiples of the value's stride, or with the input, so that every operator meets the same positions and,
 * at the input's border, the same padding.
 * @param write perturbs a window of the input
 * @returns undefined where that is no cheaper, or the network does not begin with convolutions, in whichever order of axes
 */
export async function localOcclusion(subject: Subject, windows: Windows, write: Perturbations['write']): Promise<Local | undefined> {
  const { name } = windows;
  const given = subject.given[name] as Tensor;
  const plan = planOf(subject, windows, given.dims);
  if (!plan) return undefined;
  const { neck, axes, plane } = plan;
  const [rows, columns] = axes;
  const behind = await subject.cutAt([neck.value]);
  const front = subject.openedUpTo(neck.value, name, plane);
  const scratch = given.data.slice() as Copy[string];
  const crop = new (scratch.constructor as new (length: number) => Copy[string])(
    (scratch.length / (rows.extent * columns.extent)) * rows.crop * columns.crop,
  );
  const fed = tensor(
    given.dtype,
    given.dims.map((extent, axis) => (axis === plane[0] ? rows.crop : axis === plane[1] ? columns.crop : extent)),
    crop as never,
  );
  const inner = innerOf(given.dims, plane);
  return {
    subject: behind,
    async write(index, copy) {
      scratch.set(given.data as never);
      if (!(await write(index, { [name]: scratch }))) return false;
      const [row, column] = [rows.placeOf(windows.rangeOf(index, plane[0] - 1)), columns.placeOf(windows.rangeOf(index, plane[1] - 1))];
      copyRegion(
        { data: scratch, width: columns.extent, height: rows.extent, row: row.crop, column: column.crop },
        { data: crop, width: columns.crop, height: rows.crop, row: 0, column: 0 },
        [rows.crop, columns.crop],
        inner,
      );
      const [{ dims, data }] = (await front.valuesOf([neck.value], { [name]: fed })) as [Tensor<'float32'>];
      const [height = 0, width = 0] = neck.plane.map((axis) => dims[axis]);
      copyRegion(
        { data, width, height, row: row.cell - row.crop / rows.stride, column: column.cell - column.crop / columns.stride },
        { data: copy[neck.value] as Copy[string], width: columns.cells, height: rows.cells, row: row.cell, column: column.cell },
        [rows.changed, columns.changed],
        innerOf(dims, neck.plane),
      );
      return true;
    },
  };
}

function planOf(subject: Subject, windows: Windows, dims: readonly number[]) {
  const { graph, output } = subject;
  if (dims.length !== 4 || windows.count < MANY) return undefined;
  const plane = subject.layoutOf(windows.name, dims.length).spatial as Plane;
  const plans = necksOf(graph, windows.name, plane, output).flatMap((neck) => {
    const shape = graph.values.get(neck.value)?.shape ?? [];
    const cells = neck.plane.map((axis) => shape[axis] ?? '');
    if (!isStatic(cells) || graph.values.get(neck.value)?.dtype !== 'float32') return [];
    const axes = plane.map(
      (axis, i) => new Axis(dims[axis] as number, cells[i] as number, neck.fields[i] as Field, windows.rangesOf(axis - 1)),
    ) as [Axis, Axis];
    const share = axes.reduce((product, axis) => (product * axis.crop) / axis.extent, 1);
    return [{ neck, axes, plane, saved: neck.before * (1 - share) }];
  });
  const best = plans.reduce<(typeof plans)[number] | undefined>((a, b) => (a && a.saved >= b.saved ? a : b), undefined);
  return best && best.saved >= WORTH ? (best as { neck: Neck; axes: [Axis, Axis]; plane: Plane }) : undefined;
}

type Range = readonly [from: number, to: number];

/** Rows or columns of the input and of the cells of a value behind it. */
class Axis {
  readonly extent: number;
  readonly cells: number;
  readonly stride: number;
  /** How many cells are put in for every window. */
  readonly changed: number;
  /** How many elements of the input they are computed of. */
  readonly crop: number;
  readonly #field: Field;

  /** @param windows the ranges of the input that windows cover, the last one left out */
  constructor(extent: number, cells: number, field: Field, windows: readonly Range[]) {
    this.extent = extent;
    this.cells = cells;
    this.stride = field.stride;
    this.#field = field;
    const spans = windows.map((window) => this.#changedBy(window));
    this.changed = Math.max(1, ...spans.map(([first, last]) => last - first + 1));
    const needed = (this.changed - 1) * field.stride + field.to - field.from + field.stride;
    this.crop = extent - Math.max(0, Math.floor((extent - needed) / field.stride)) * field.stride;
  }

  /** The first of the cells that are put in for a window, and where the crop begins in the input. */
  placeOf(window: Range): { readonly cell: number; readonly crop: number } {
    const { stride, from } = this.#field;
    const cell = Math.max(0, Math.min(this.#changedBy(window)[0], this.cells - this.changed));
    return { cell, crop: Math.max(0, Math.min(Math.floor((cell * stride + from) / stride) * stride, this.extent - this.crop)) };
  }

  /** The first and the last cell that a range of the input reaches. */
  #changedBy([begin, end]: Range): readonly [first: number, last: number] {
    const { stride, from, to } = this.#field;
    return [Math.max(0, Math.ceil((begin - to) / stride)), Math.min(this.cells - 1, Math.floor((end - 1 - from) / stride))];
  }
}

/** How many elements a pixel has that lie beside one another: its channels where they are the last axis. */
const innerOf = (dims: readonly number[], [, column]: Plane): number => (column === 2 ? (dims[3] as number) : 1);

/** A place in planes of values that lie one behind the other. */
interface Place {
  readonly data: Copy[string];
  readonly width: number;
  readonly height: number;
  readonly row: number;
  readonly column: number;
}

/** Copies a rectangle of every plane. @param inner elements of a pixel */
function copyRegion(source: Place, target: Place, [height, width]: readonly [number, number], inner: number): void {
  const planes = target.data.length / (target.width * target.height * inner);
  for (let plane = 0; plane < planes; plane++)
    for (let y = 0; y < height; y++) {
      let from = ((plane * source.height + source.row + y) * source.width + source.column) * inner;
      let to = ((plane * target.height + target.row + y) * target.width + target.column) * inner;
      for (const end = to + width * inner; to < end; ) target.data[to++] = source.data[from++] as never;
    }
}
