import type { AxesView } from './view.ts';

/** The part of an axis that an output of Slice, Split or Gather takes: [from, to), every `step`-th place. */
export interface Cut {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

export const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The cuts of a Slice, one per axis that it names; undefined where they are not known before it runs. */
export function sliced(view: AxesView): readonly Cut[] | undefined {
  const shape = view.shape(0);
  const [starts, ends] = [view.integers(1), view.integers(2)];
  const along = view.node.inputs[3] ? view.integers(3) : starts?.map((_, i) => i);
  const steps = view.node.inputs[4] ? view.integers(4) : starts?.map(() => 1);
  if (!shape || !starts || !ends || !along || !steps) return undefined;
  return along.flatMap((named, i) => {
    const axis = fromFront(named, shape.length);
    const size = shape[axis];
    if (typeof size !== 'number') return [];
    const place = (value: number): number => Math.min(Math.max(fromFront(value, size), 0), size);
    return [{ axis, from: place(starts[i] as number), to: place(ends[i] as number), step: steps[i] as number }];
  });
}

/** The cut of each output of a Split; undefined where their sizes are not known. */
export function splitUp(view: AxesView): readonly Cut[] | undefined {
  const rank = view.shape(0)?.length;
  if (rank === undefined) return undefined;
  const axis = fromFront(view.int('axis', 0), rank);
  let end = 0;
  const cuts = view.node.outputs.map((_, i) => {
    const size = view.output(i)?.[axis];
    const from = end;
    end += typeof size === 'number' ? size : Number.NaN;
    return { axis, from, to: end, step: 1 };
  });
  return Number.isNaN(end) ? undefined : cuts;
}

/** The single places that a Gather takes; undefined where they are not known before it runs. */
export function gathered(view: AxesView): readonly Cut[] | undefined {
  const [shape, indices] = [view.shape(0), view.integers(1)];
  if (!shape || !indices) return undefined;
  const axis = fromFront(view.int('axis', 0), shape.length);
  const size = shape[axis];
  if (typeof size !== 'number') return undefined;
  return indices.map((index) => ({ axis, from: fromFront(index, size), to: fromFront(index, size) + 1, step: 1 }));
}
