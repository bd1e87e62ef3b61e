import { ceilDivideDims, floorDim, maxDims, productOfDims, subtractDims } from '../../tensor/dim.ts';
import { type DType, dtypeFromCode } from '../../tensor/dtype.ts';
import type { Dim, Shape } from '../../tensor/shape.ts';
import { toNumbers } from '../../tensor/tensor.ts';
import { readInitializer } from '../weights.ts';
import { type Evaluate, type Infer, type InferContext, info, type OperatorRow, unknownShape } from './context.ts';
import { build, isSmall, scalar, vector } from './evaluate.ts';

const constant: Infer = ({ node }) => {
  const a = node.attributes;
  if (a.value?.type === 'tensor') return [info(a.value.value.dtype, a.value.value.dims)];
  if (a.value_int) return [info('int64', [])];
  if (a.value_float) return [info('float32', [])];
  if (a.value_string) return [info('string', [])];
  if (a.value_ints?.type === 'ints') return [info('int64', [a.value_ints.value.length])];
  if (a.value_floats?.type === 'floats') return [info('float32', [a.value_floats.value.length])];
  if (a.value_strings?.type === 'strings') return [info('string', [a.value_strings.value.length])];
  return [{}];
};

const evaluateConstant: Evaluate = ({ node }) => {
  const a = node.attributes;
  if (a.value?.type === 'tensor') {
    const { dims, dtype } = a.value.value;
    return isSmall(dims) && dtype !== 'string' ? { dims, elements: Array.from(toNumbers(readInitializer(a.value.value))) } : undefined;
  }
  if (a.value_int?.type === 'int') return scalar(a.value_int.value);
  if (a.value_float?.type === 'float') return scalar(Math.fround(a.value_float.value));
  if (a.value_ints?.type === 'ints' && isSmall([a.value_ints.value.length])) return vector(a.value_ints.value);
  if (a.value_floats?.type === 'floats' && isSmall([a.value_floats.value.length])) return vector(a.value_floats.value.map(Math.fround));
  return undefined;
};

/** Shape's start and end attributes applied to a shape. */
const shapePart = (shape: Shape, c: InferContext): Shape => shape.slice(c.int('start', 0), c.int('end', shape.length));

const fill = (c: InferContext): { dtype: DType; element: Dim | undefined } => {
  const value = c.node.attributes.value;
  if (value?.type !== 'tensor') return { dtype: 'float32', element: 0 };
  const t = readInitializer(value.value);
  return { dtype: t.dtype, element: t.dtype === 'string' ? undefined : toNumbers(t)[0] };
};

/** A shape that stands in input i as a vector. */
const shapeInput = (c: InferContext, i: number): Shape | undefined => {
  const dims = c.value(i)?.elements;
  if (dims) return dims.map((d) => d ?? c.unknown());
  const rank = c.shape(i)?.[0];
  return typeof rank === 'number' ? unknownShape(c, rank) : undefined;
};

const rangeLength = (c: InferContext): Dim | undefined => {
  const [start, limit, delta] = [c.dims(0)?.[0], c.dims(1)?.[0], c.dims(2)?.[0]];
  if (start === undefined || limit === undefined || typeof delta !== 'number' || delta === 0) return undefined;
  const distance = subtractDims(limit, start);
  if (typeof distance === 'number') return Math.max(0, Math.ceil(distance / delta));
  return delta === 1
    ? maxDims(distance, 0)
    : Number.isInteger(delta) && delta > 0
      ? maxDims(ceilDivideDims(distance, delta), 0)
      : undefined;
};

const evaluateRange: Evaluate = (c) => {
  const [start, delta, length] = [c.numbers(0)?.[0], c.numbers(2)?.[0], rangeLength(c)];
  if (start === undefined || delta === undefined || typeof length !== 'number') return undefined;
  return build([length], ([i]) => start + (i as number) * delta);
};

const dtypeAttribute = (c: InferContext, fallback: DType | undefined): DType | undefined =>
  c.node.attributes.dtype ? dtypeFromCode(c.int('dtype', 0)) : fallback;

const like: Infer = (c) => [info(dtypeAttribute(c, c.dtype(0)), c.shape(0))];
const random: Infer = (c) => [info(dtypeAttribute(c, 'float32'), c.ints('shape'))];

const signalWindow: Infer = (c) => [info(dtypeFromCode(c.int('output_datatype', 1)), [c.dims(0)?.[0] ?? c.unknown()])];

const melWeights: Infer = (c) => {
  const [bins, length] = [c.dims(0)?.[0], c.numbers(1)?.[0]];
  return [
    info(dtypeFromCode(c.int('output_datatype', 1)), [
      length === undefined ? c.unknown() : (floorDim(length / 2) as number) + 1,
      bins ?? c.unknown(),
    ]),
  ];
};

export const GENERATION: Readonly<Record<string, OperatorRow>> = {
  Constant: { infer: constant, evaluate: evaluateConstant },
  ConstantOfShape: {
    infer: (c) => [info(fill(c).dtype, shapeInput(c, 0))],
    evaluate: (c) => {
      const shape = c.numbers(0);
      return shape && isSmall(shape) ? build(shape, () => fill(c).element) : undefined;
    },
  },
  Shape: {
    infer: (c) => {
      const x = c.shape(0);
      return [info('int64', [x ? shapePart(x, c).length : c.unknown()])];
    },
    evaluate: (c) => {
      const x = c.shape(0);
      return x && vector(shapePart(x, c));
    },
  },
  Size: {
    infer: () => [info('int64', [])],
    evaluate: (c) => {
      const x = c.shape(0);
      return x && scalar(productOfDims(x));
    },
  },
  Range: { infer: (c) => [info(c.dtype(0), [rangeLength(c) ?? c.unknown()])], evaluate: evaluateRange },
  EyeLike: { infer: like },
  RandomNormalLike: { infer: like },
  RandomUniformLike: { infer: like },
  Bernoulli: { infer: like },
  RandomNormal: { infer: random },
  RandomUniform: { infer: random },
  Multinomial: {
    infer: (c) => {
      const x = c.shape(0);
      return [info(dtypeAttribute(c, 'int32'), x && [x[0] as Dim, c.int('sample_size', 1)])];
    },
  },
  HannWindow: { infer: signalWindow },
  HammingWindow: { infer: signalWindow },
  BlackmanWindow: { infer: signalWindow },
  MelWeightMatrix: { infer: melWeights },
};
