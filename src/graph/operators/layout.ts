import { addDims, divideDims, floorDivideDims, isInteger, multiplyDims, productOfDims } from '../../tensor/dim.ts';
import { type Dim, isStatic, type Shape } from '../../tensor/shape.ts';
import { broadcast } from './broadcast.ts';
import {
  type Evaluate,
  fromShape,
  type Infer,
  type InferContext,
  info,
  type OperatorRow,
  resolveAxis,
  unknownShape,
  withDim,
} from './context.ts';
import { build, elementAt, isSmall, rearranged, reshaped } from './evaluate.ts';

/** Reshape's target: elements of input 1, its length where only that is known. */
function target(context: InferContext): readonly (Dim | undefined)[] | undefined {
  const value = context.value(1);
  if (value) return value.elements;
  const length = context.shape(1)?.[0];
  return typeof length === 'number' ? new Array(length).fill(undefined) : undefined;
}

/** The shape that Reshape gives: 0 copies, -1 takes what is left, an entry that is unknown takes it where it is the only one. */
function reshapeShape(context: InferContext): Shape | undefined {
  const x = context.shape(0);
  const wanted = target(context);
  if (!wanted) return undefined;
  const copied = wanted.map((d, i) => (d === 0 && !context.int('allowzero', 0) ? x?.[i] : d));
  const open = copied.flatMap((d, i) => (d === -1 || d === undefined ? [i] : []));
  if (open.length === 0) return copied as Dim[];
  const rest =
    open.length === 1 && x
      ? leftOver(
          x,
          copied.filter((d): d is Dim => d !== undefined && d !== -1),
        )
      : undefined;
  return copied.map((d) => (d === undefined || d === -1 ? (rest ?? context.unknown()) : d));
}

/** Elements of `shape` divided by the product of `taken`. @throws RangeError where numbers do not divide */
function leftOver(shape: Shape, taken: readonly Dim[]): Dim | undefined {
  const divisor = productOfDims(taken);
  if (divisor === 0) return undefined;
  const rest = divideDims(productOfDims(shape), divisor);
  if (isInteger(rest)) return rest;
  if (typeof rest === 'number') throw new RangeError(`[${shape.join(', ')}] does not reshape to [${taken.join(', ')}] and -1`);
  return floorDivideDims(productOfDims(shape), divisor);
}

const flatten: Infer = fromShape((x, c) => {
  const axis = c.int('axis', 1);
  const at = axis < 0 ? axis + x.length : axis;
  return [productOfDims(x.slice(0, at)), productOfDims(x.slice(at))];
});

const permutation = (context: InferContext, rank: number): readonly number[] => {
  const perm = context.ints('perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (perm.length !== rank) throw new RangeError(`perm has ${perm.length} entries for a value of rank ${rank}`);
  return perm;
};

const evaluateTranspose: Evaluate = (c) => {
  const value = c.mayHaveValue(0) ? c.value(0) : undefined;
  if (!value) return undefined;
  const perm = permutation(c, value.dims.length);
  return rearranged(
    value,
    perm.map((p) => value.dims[p] as number),
    (index) => value.dims.map((_, axis) => index[perm.indexOf(axis)] as number),
  );
};

const squeezeShape = (x: Shape, c: InferContext): Shape | undefined => {
  if (!c.has(1)) return isStatic(x) ? x.filter((d) => d !== 1) : undefined;
  const axes = c.numbers(1)?.map((axis) => resolveAxis(axis, x.length));
  return axes && x.filter((_, i) => !axes.includes(i));
};

const unsqueezeShape = (x: Shape, c: InferContext): Shape | undefined => {
  const axes = c.numbers(1);
  if (!axes) return undefined;
  const rank = x.length + axes.length;
  const fresh = axes.map((axis) => resolveAxis(axis, rank));
  const rest = [...x];
  return Array.from({ length: rank }, (_, i) => (fresh.includes(i) ? 1 : (rest.shift() as Dim)));
};

/** The elements of input 0 in the shape that `shape` makes of its own. */
const evaluateReshaped =
  (shape: (x: Shape, c: InferContext) => Shape | undefined): Evaluate =>
  (c) => {
    const value = c.mayHaveValue(0) ? c.value(0) : undefined;
    return value && reshaped(value, shape(value.dims, c));
  };

const concat: Infer = (c) => {
  const shapes = c.node.inputs.map((_, i) => c.shape(i));
  const dtype = c.node.inputs.map((_, i) => c.dtype(i)).find(Boolean);
  const known = shapes.find((s) => s !== undefined);
  if (!known) return [info(dtype, undefined)];
  const axis = resolveAxis(c.int('axis', 1), known.length);
  if (shapes.some((s) => s && s.length !== known.length)) throw new RangeError('the inputs of Concat differ in rank');
  const complete = shapes.every((s) => s !== undefined);
  const shape = known.map((_, i): Dim => {
    if (i === axis) return complete ? shapes.reduce<Dim>((sum, s) => addDims(sum, s[i] as Dim), 0) : c.unknown();
    const dims = shapes.flatMap((s) => (s ? [s[i] as Dim] : []));
    const number = dims.find((d) => typeof d === 'number');
    if (dims.some((d) => typeof d === 'number' && d !== number))
      throw new RangeError(`shapes ${shapes.map((s) => `[${s?.join(', ')}]`).join(' and ')} do not concatenate on axis ${axis}`);
    return number ?? (dims[0] as Dim);
  });
  return [info(dtype, shape)];
};

const evaluateConcat: Evaluate = (c) => {
  // A vector of which only the length is known takes part as unknown elements.
  const parts = c.node.inputs.map((_, i) => {
    const value = c.mayHaveValue(i) ? c.value(i) : undefined;
    const shape = c.shape(i);
    if (value) return value;
    return shape?.length === 1 && isSmall(shape)
      ? { dims: shape, elements: new Array<undefined>(shape[0] as number).fill(undefined) }
      : undefined;
  });
  const first = parts[0];
  if (!first || !parts.every((p) => p !== undefined) || parts.every((p) => p.elements.every((e) => e === undefined))) return undefined;
  const axis = resolveAxis(c.int('axis', 1), first.dims.length);
  const total = parts.reduce((n, p) => n + (p.dims[axis] as number), 0);
  return build(
    first.dims.map((d, i) => (i === axis ? total : d)),
    (index) => {
      let at = index[axis] as number;
      for (const part of parts) {
        const extent = part.dims[axis] as number;
        if (at < extent) return elementAt(part, withIndex(index, axis, at));
        at -= extent;
      }
      return undefined;
    },
  );
};

const withIndex = (index: readonly number[], axis: number, at: number): readonly number[] => index.map((i, k) => (k === axis ? at : i));

const split: Infer = (c) => {
  const x = c.shape(0);
  const count = c.node.outputs.length;
  if (!x) return c.node.outputs.map(() => info(c.dtype(0), undefined));
  const axis = resolveAxis(c.int('axis', 0), x.length);
  const extent = x[axis] as Dim;
  const sizes = c.has(1) ? c.dims(1) : evenly(extent, c.int('num_outputs', count));
  return c.node.outputs.map((_, i) => info(c.dtype(0), withDim(x, axis, sizes?.[i] ?? c.unknown())));
};

const evaluateSplit: Evaluate = (c, output) => {
  const value = c.mayHaveValue(0) ? c.value(0) : undefined;
  if (!value) return undefined;
  const axis = resolveAxis(c.int('axis', 0), value.dims.length);
  const sizes = c.has(1) ? c.numbers(1) : evenly(value.dims[axis] as number, c.int('num_outputs', c.node.outputs.length));
  const size = sizes?.[output];
  if (typeof size !== 'number') return undefined;
  const from = (sizes as readonly number[]).slice(0, output).reduce((a, b) => a + b, 0);
  return rearranged(value, withDim(value.dims, axis, size) as number[], (index) => withIndex(index, axis, from + (index[axis] as number)));
};

/** Equal parts; the last is smaller where it does not come out even. */
function evenly(extent: Dim, parts: number): readonly Dim[] | undefined {
  if (typeof extent === 'string') {
    const size = divideDims(extent, parts);
    return isInteger(size) ? new Array<Dim>(parts).fill(size) : undefined;
  }
  const size = Math.ceil(extent / parts);
  return Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(size, extent - i * size)));
}

const pad: Infer = fromShape((x, c) => {
  const pads = c.dims(1);
  const axes = c.has(3) ? c.numbers(3)?.map((axis) => resolveAxis(axis, x.length)) : x.map((_, i) => i);
  if (!pads || !axes) return unknownShape(c, x.length);
  if (pads.length !== 2 * axes.length) throw new RangeError(`${pads.length} pads for ${axes.length} axes`);
  return x.map((d, axis) => {
    const k = axes.indexOf(axis);
    return k < 0 ? d : addDims(d, addDims(pads[k] as Dim, pads[k + axes.length] as Dim));
  });
});

function expandShape(c: InferContext): Shape | undefined {
  const x = c.shape(0);
  const wanted = target(c);
  if (!x || !wanted) return undefined;
  return broadcast([x, wanted.map((d) => d ?? c.unknown())]);
}

const tile: Infer = fromShape((x, c) => {
  const repeats = c.value(1)?.elements;
  return x.map((d, i) => (repeats?.[i] === undefined ? c.unknown() : multiplyDims(d, repeats[i])));
});

const evaluateBroadcast =
  (
    infer: (c: InferContext) => Shape | undefined,
    source: (index: readonly number[], dims: readonly number[]) => readonly number[],
  ): Evaluate =>
  (c) => {
    const value = c.mayHaveValue(0) ? c.value(0) : undefined;
    const shape = value && infer(c);
    return value && isSmall(shape) ? rearranged(value, shape, (index) => source(index, value.dims)) : undefined;
  };

const blocks = (deep: boolean): Infer =>
  fromShape((x, c) => {
    const size = c.int('blocksize', 1);
    const [n, channels, height, width] = x as [Dim, Dim, Dim, Dim];
    return deep
      ? [n, floorDivideDims(channels, size * size), multiplyDims(height, size), multiplyDims(width, size)]
      : [n, multiplyDims(channels, size * size), floorDivideDims(height, size), floorDivideDims(width, size)];
  });

const centerCropPad: Infer = fromShape((x, c) => {
  const wanted = c.dims(1);
  const axes = c.ints('axes')?.map((axis) => resolveAxis(axis, x.length)) ?? x.map((_, i) => i);
  return x.map((d, axis) => (axes.includes(axis) ? (wanted?.[axes.indexOf(axis)] ?? c.unknown()) : d));
});

export const LAYOUT: Readonly<Record<string, OperatorRow>> = {
  Reshape: {
    infer: (c) => [info(c.dtype(0), reshapeShape(c))],
    evaluate: (c) => (c.mayHaveValue(0) ? reshaped(c.value(0), reshapeShape(c)) : undefined),
  },
  Flatten: { infer: flatten },
  Transpose: {
    infer: fromShape((x, c) => permutation(c, x.length).map((p) => x[resolveAxis(p, x.length)] as Dim)),
    evaluate: evaluateTranspose,
  },
  Squeeze: { infer: fromShape(squeezeShape), evaluate: evaluateReshaped(squeezeShape) },
  Unsqueeze: { infer: fromShape(unsqueezeShape), evaluate: evaluateReshaped(unsqueezeShape) },
  Concat: { infer: concat, evaluate: evaluateConcat },
  Split: { infer: split, evaluate: evaluateSplit },
  Pad: { infer: pad },
  Expand: {
    infer: (c) => [info(c.dtype(0), expandShape(c))],
    evaluate: evaluateBroadcast(expandShape, (index) => index),
  },
  Tile: {
    infer: tile,
    evaluate: evaluateBroadcast(
      (c) => tile(c)[0]?.shape,
      (index, dims) => index.map((at, axis) => at % (dims[axis] as number)),
    ),
  },
  DepthToSpace: { infer: blocks(true) },
  SpaceToDepth: { infer: blocks(false) },
  CenterCropPad: { infer: centerCropPad },
  ReverseSequence: { infer: fromShape((x) => x) },
  Trilu: { infer: fromShape((x) => x) },
  CumSum: { infer: fromShape((x) => x) },
  CumProd: { infer: fromShape((x) => x) },
};
