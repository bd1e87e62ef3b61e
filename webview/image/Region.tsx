import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Rect, Size } from '../../src/image/image.ts';
import type { Cell } from '../../src/protocol/model.ts';
import type { RegionTarget, Target } from '../../src/protocol/target.ts';
import type { Cells } from '../../src/tensor/cells.ts';
import { usePanel } from '../state/context.ts';
import { boxOf } from './canvases.tsx';

/** A part of what the network sees, 0 to 1 per axis. */
export interface Part {
  readonly x: number;
  readonly y: number;
}

type Axes = readonly [row: number, column: number];

/** The rows and columns of the explained value that a rectangle of the image covers, at least one of each. */
export function rangesBetween(from: Part, to: Part, dims: readonly number[], [row, column]: Axes, ranges: RegionTarget['ranges']) {
  const along = (a: number, b: number, size: number) => {
    const start = Math.min(size - 1, Math.max(0, Math.floor(Math.min(a, b) * size)));
    return [start, Math.min(size, Math.max(start + 1, Math.ceil(Math.max(a, b) * size)))] as const;
  };
  return ranges.map((range, axis) => {
    if (axis === row) return along(from.y, to.y, dims[row] ?? 1);
    return axis === column ? along(from.x, to.x, dims[column] ?? 1) : range;
  });
}

/** Draws the part of the image that is explained, and lets a person drag another. */
export function useRegion(target: Target | undefined) {
  const panel = usePanel();
  const dragged = useSignal<{ readonly from: Part; readonly to: Part }>();
  const { imageAxes } = panel.model.value?.explains ?? {};
  const { dims } = panel.sweep.value?.prediction ?? {};
  const region = target?.kind === 'region' ? target : undefined;
  const canDraw = panel.drawing.value && dims !== undefined && imageAxes !== undefined && region !== undefined;

  useEffect(() => {
    if (!canDraw) return undefined;
    const onEscape = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') panel.drawing.value = false;
    };
    document.addEventListener('keydown', onEscape);
    return () => document.removeEventListener('keydown', onEscape);
  }, [canDraw]);

  const onPointerDown = (down: PointerEvent, partAt: (event: MouseEvent) => Part): void => {
    const element = down.currentTarget as HTMLElement;
    if (!canDraw || down.button !== 0) return;
    element.setPointerCapture(down.pointerId);
    const from = partAt(down);
    dragged.value = { from, to: from };
    const move = (event: PointerEvent) => {
      dragged.value = { from, to: partAt(event) };
    };
    element.addEventListener('pointermove', move);
    element.addEventListener(
      'lostpointercapture',
      () => {
        element.removeEventListener('pointermove', move);
        const { to } = dragged.peek() ?? { to: from };
        dragged.value = undefined;
        if (!panel.drawing.peek()) return;
        panel.drawing.value = false;
        void panel.explaining.setTarget({ ...region, ranges: rangesBetween(from, to, dims, imageAxes, region.ranges) });
      },
      { once: true },
    );
  };

  return { canDraw, onPointerDown, part: dragged.value ? between(dragged.value) : explainedPart(region, dims, imageAxes) };
}

const between = ({ from, to }: { readonly from: Part; readonly to: Part }): Rect => ({
  x: Math.min(from.x, to.x),
  y: Math.min(from.y, to.y),
  width: Math.abs(to.x - from.x),
  height: Math.abs(to.y - from.y),
});

/** The explained rows and columns as a part of the image; undefined where they are all of it. */
function explainedPart(region: RegionTarget | undefined, dims: readonly number[] | undefined, axes: Axes | undefined): Rect | undefined {
  if (!region || !dims || !axes) return undefined;
  const [rows, columns] = axes.map((axis) => {
    const [from, to] = region.ranges[axis] ?? [0, 1];
    const size = dims[axis] ?? 1;
    return { from: from / size, length: (to - from) / size };
  });
  if (!rows || !columns || (rows.length === 1 && columns.length === 1)) return undefined;
  return { x: columns.from, y: rows.from, width: columns.length, height: rows.length };
}

interface MarkProps {
  readonly part: Rect;
  /** What the network sees, in the picture's pixels. */
  readonly region: Rect;
  readonly picture: Size;
  readonly testid?: string;
}

export function RegionMark({ part, region, picture, testid = 'drawn-region' }: MarkProps) {
  const rect = {
    x: region.x + part.x * region.width,
    y: region.y + part.y * region.height,
    width: part.width * region.width,
    height: part.height * region.height,
  };
  return <div class="drawn-region" data-testid={testid} style={boxOf(rect, picture)} />;
}

/** The cell of the neuron that is explained. */
export function CellMark({ cell: { row, column }, cells: { height, width }, ...place }: CellProps) {
  const part = { x: column / width, y: row / height, width: 1 / width, height: 1 / height };
  return <RegionMark {...place} part={part} testid="neuron-cell" />;
}

interface CellProps extends Omit<MarkProps, 'part' | 'testid'> {
  readonly cell: Cell;
  readonly cells: Pick<Cells, 'height' | 'width'>;
}
