import { addDims, floorDim, multiplyDims } from '../../tensor/dim.ts';
import type { Dim, Shape } from '../../tensor/shape.ts';
import { fromShape, type Infer, type InferContext, info, type OperatorRow, resolveAxis, sameAsInput } from './context.ts';

/** floor(extent · scale) as engines compute it, in float32. */
function scaledDim(extent: Dim, scale: Dim | undefined, c: InferContext): Dim {
  if (scale === undefined) return c.unknown();
  if (typeof extent === 'number' && typeof scale === 'number') return Math.floor(Math.fround(Math.fround(scale) * extent));
  try {
    return floorDim(multiplyDims(extent, scale));
  } catch (error) {
    if (error instanceof RangeError) return c.unknown();
    throw error;
  }
}

const resize: Infer = fromShape((x, c) => {
  const axes = c.ints('axes')?.map((axis) => resolveAxis(axis, x.length)) ?? x.map((_, i) => i);
  const sizes = c.has(3) ? c.value(3)?.elements : undefined;
  const scales = c.has(2) ? c.value(2)?.elements : undefined;
  const list = sizes ?? scales;
  if (list && list.length !== axes.length) throw new RangeError(`${list.length} scales or sizes for ${axes.length} axes`);
  if (sizes) return axes.length ? keepAspect(x, axes, sizes, c) : x;
  const crop = c.string('coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize' ? c.numbers(1) : undefined;
  return x.map((d, axis) => {
    const k = axes.indexOf(axis);
    if (k < 0) return d;
    if (!crop) return scaledDim(d, scales?.[k], c);
    const share = (crop[k + axes.length] as number) - (crop[k] as number);
    const scale = scales?.[k];
    return scaledDim(d, typeof scale === 'number' ? scale * share : undefined, c);
  });
});

/** The sizes, or with keep_aspect_ratio_policy the largest (smallest) of one scale that fits in (covers) them. */
function keepAspect(x: Shape, axes: readonly number[], sizes: readonly (Dim | undefined)[], c: InferContext): Shape {
  const policy = c.string('keep_aspect_ratio_policy', 'stretch');
  const replace = (dim: (axis: number, k: number) => Dim): Shape =>
    x.map((d, axis) => (axes.includes(axis) ? dim(axis, axes.indexOf(axis)) : d));
  if (policy === 'stretch') return replace((_, k) => sizes[k] ?? c.unknown());
  const ratios = axes.map((axis, k) => Number(sizes[k]) / Number(x[axis]));
  if (ratios.some(Number.isNaN)) return replace(() => c.unknown());
  const ratio = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return replace((axis) => Math.floor(ratio * (x[axis] as number) + 0.5));
}

const gridSample: Infer = (c) => {
  const [x, grid] = [c.shape(0), c.shape(1)];
  return [info(c.dtype(0), x && grid && [...x.slice(0, 2), ...grid.slice(1, -1)])];
};

const affineGrid: Infer = (c) => {
  const size = c.value(1)?.elements.map((d) => d ?? c.unknown());
  return [info(c.dtype(0), size && [size[0] as Dim, ...size.slice(2), size.length - 2])];
};

/** Early experimental operator, still in files of the first converters: border left, top, right, bottom, or a fixed size. */
const crop: Infer = fromShape((x, c) => {
  const [left = 0, top = 0, right = 0, bottom = 0] = c.ints('border') ?? [];
  const [height, width] = c.ints('scale') ?? [];
  const size = [height ?? addDims(x[2] as Dim, -top - bottom), width ?? addDims(x[3] as Dim, -left - right)];
  return [...x.slice(0, 2), ...size];
});

export const IMAGE: Readonly<Record<string, OperatorRow>> = {
  Resize: { infer: resize },
  Crop: { infer: crop },
  ImageScaler: { infer: sameAsInput },
  GridSample: { infer: gridSample },
  AffineGrid: { infer: affineGrid },
  ImageDecoder: { infer: (c) => [info('uint8', [c.unknown(), c.unknown(), c.string('pixel_format', 'RGB') === 'Grayscale' ? 1 : 3])] },
};
