import {
  addDims,
  divideDims,
  floorDim,
  floorDivideDims,
  isInteger,
  isNonNegative,
  maxDims,
  minDims,
  multiplyDims,
  subtractDims,
} from '../../tensor/dim.ts';
import { type DType, dtypeFromCode, isFloat } from '../../tensor/dtype.ts';
import type { Dim } from '../../tensor/shape.ts';
import { broadcast, broadcastInputs } from './broadcast.ts';
import { type Evaluate, type Infer, type InferContext, info, type OperatorRow, sameAsInput } from './context.ts';
import { allValues, build, elementAt, elementwise } from './evaluate.ts';

type Element = Dim | undefined;

const unary: OperatorRow = { infer: sameAsInput };
const broadcastSame: Infer = (c) => [info(c.node.inputs.map((_, i) => c.dtype(i)).find(Boolean), broadcastInputs(c))];
const broadcastBool: Infer = (c) => [info('bool', broadcastInputs(c))];
const toBool: Infer = (c) => [info('bool', c.shape(0))];

/** float32 results are rounded as the engine rounds them; those of the 16-bit formats are not followed. */
function rounded(value: Element, dtype: DType | undefined): Element {
  if (dtype === 'float16' || dtype === 'bfloat16') return undefined;
  return typeof value === 'number' && dtype === 'float32' ? Math.fround(value) : value;
}

const arithmetic = (apply: (a: Dim, b: Dim, dtype: DType | undefined) => Element): OperatorRow => ({
  infer: broadcastSame,
  evaluate: elementwise(([a, b], c) => rounded(apply(a as Dim, b as Dim, c.dtype(0)), c.dtype(0))),
});

const variadic = (apply: (a: Dim, b: Dim) => Dim): OperatorRow => ({
  infer: broadcastSame,
  evaluate: elementwise((elements, c) => rounded(elements.reduce(apply), c.dtype(0))),
});

/** a/b as the dtype divides: floats exactly, integers towards zero. */
function quotient(a: Dim, b: Dim, dtype: DType | undefined): Element {
  if (b === 0 || dtype === undefined) return undefined;
  if (isFloat(dtype)) return divideDims(a, b);
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b);
  return isNonNegative(a) && isNonNegative(b) ? floorDivideDims(a, b) : undefined;
}

function remainder(a: Dim, b: Dim, c: InferContext): Element {
  if (b === 0) return undefined;
  if (typeof a === 'number' && typeof b === 'number') return c.int('fmod', 0) ? a % b : a - Math.floor(a / b) * b;
  if (!isInteger(a) || !isInteger(b) || !isNonNegative(a) || !isNonNegative(b)) return undefined;
  return subtractDims(a, multiplyDims(b, floorDivideDims(a, b)));
}

/** The sign of a − b where it is certain for every value of the symbols: its lower bound, or undefined. */
function compare(a: Dim, b: Dim): 'less' | 'equal' | 'greater' | 'less or equal' | 'greater or equal' | undefined {
  if (a === b) return 'equal';
  const difference = subtractDims(a, b);
  if (typeof difference === 'number') return difference < 0 ? 'less' : difference > 0 ? 'greater' : 'equal';
  if (isNonNegative(subtractDims(difference, 1))) return 'greater';
  if (isNonNegative(difference)) return 'greater or equal';
  if (isNonNegative(subtractDims(subtractDims(0, difference), 1))) return 'less';
  return isNonNegative(subtractDims(0, difference)) ? 'less or equal' : undefined;
}

const comparison = (truths: readonly ReturnType<typeof compare>[], falsehoods: readonly ReturnType<typeof compare>[]): OperatorRow => ({
  infer: broadcastBool,
  evaluate: elementwise(([a, b]) => {
    const sign = compare(a as Dim, b as Dim);
    return truths.includes(sign) ? 1 : falsehoods.includes(sign) ? 0 : undefined;
  }),
});

const logical = (apply: (a: boolean, b: boolean) => boolean): OperatorRow => ({
  infer: broadcastBool,
  evaluate: elementwise(([a, b]) => (typeof a === 'number' && typeof b === 'number' ? Number(apply(a !== 0, b !== 0)) : undefined)),
});

const ofNumber = (apply: (a: number) => number): OperatorRow => ({
  infer: sameAsInput,
  evaluate: elementwise(([a], c) => (typeof a === 'number' ? rounded(apply(a), c.dtype(0)) : undefined)),
});

/** To the nearest integer, halves to the even one. */
function roundHalfEven(a: number): number {
  const down = Math.floor(a);
  if (a - down !== 0.5) return Math.round(a);
  return down % 2 === 0 ? down : down + 1;
}

const INTEGER_RANGE: Partial<Record<DType, number>> = { int32: 2 ** 31, int64: 2 ** 53 };

function cast(element: Dim, from: DType | undefined, to: DType | undefined): Element {
  if (!from || !to) return undefined;
  if (to === 'bool') return typeof element === 'number' ? Number(element !== 0) : undefined;
  if (typeof element === 'string')
    return isFloat(to) || isInteger(element) ? element : isNonNegative(element) ? floorDim(element) : undefined;
  if (to === 'float32' || to === 'float64') return rounded(element, to);
  const range = INTEGER_RANGE[to];
  const whole = Math.trunc(element);
  return range !== undefined && Math.abs(whole) < range ? whole : undefined;
}

const castTo =
  (to: (c: InferContext) => DType | undefined): Evaluate =>
  (c) =>
    c.mayHaveValue(0) ? castValue(c, to(c)) : undefined;

function castValue(c: InferContext, to: DType | undefined) {
  const value = c.value(0);
  return value && { dims: value.dims, elements: value.elements.map((e) => (e === undefined ? undefined : cast(e, c.dtype(0), to))) };
}

const toAttribute = (c: InferContext): DType | undefined => dtypeFromCode(c.int('to', 0));
const likeSecond = (c: InferContext): DType | undefined => c.dtype(1);

const evaluateWhere: Evaluate = (c) => {
  const values = allValues(c);
  if (values?.length !== 3) return undefined;
  const [condition, yes, no] = values as [(typeof values)[0], (typeof values)[0], (typeof values)[0]];
  return build(broadcast(values.map((v) => v.dims)) as number[], (index) => {
    const test = elementAt(condition, index);
    const [a, b] = [elementAt(yes, index), elementAt(no, index)];
    if (typeof test === 'number') return test !== 0 ? a : b;
    return a === b ? a : undefined;
  });
};

const inferWhere: Infer = (c) => [info(c.dtype(1) ?? c.dtype(2), broadcastInputs(c))];

export const ELEMENTWISE: Readonly<Record<string, OperatorRow>> = {
  Acos: unary,
  Acosh: unary,
  Affine: unary,
  Asin: unary,
  Asinh: unary,
  Atan: unary,
  Atanh: unary,
  BitwiseNot: unary,
  Celu: unary,
  Cos: unary,
  Cosh: unary,
  Elu: unary,
  Erf: unary,
  Exp: unary,
  Gelu: unary,
  HardSigmoid: unary,
  HardSwish: unary,
  Hardmax: unary,
  LeakyRelu: unary,
  Log: unary,
  LogSoftmax: unary,
  Mish: unary,
  PRelu: unary,
  ParametricSoftplus: unary,
  ScaledTanh: unary,
  Selu: unary,
  Shrink: unary,
  Sigmoid: unary,
  Sin: unary,
  Sinh: unary,
  Softmax: unary,
  Softplus: unary,
  Softsign: unary,
  Swish: unary,
  Tan: unary,
  Tanh: unary,
  ThresholdedRelu: unary,
  Relu: { infer: sameAsInput, evaluate: elementwise(([a]) => maxDims(a as Dim, 0)) },
  Clip: {
    infer: sameAsInput,
    evaluate: (c) => {
      const value = c.mayHaveValue(0) ? c.value(0) : undefined;
      const [low] = c.has(1) ? (c.numbers(1) ?? [Number.NaN]) : [Number.NEGATIVE_INFINITY];
      const [high] = c.has(2) ? (c.numbers(2) ?? [Number.NaN]) : [Number.POSITIVE_INFINITY];
      if (!value || low === undefined || high === undefined || low > high || Number.isNaN(low + high)) return undefined;
      const clip = (e: Dim): Dim => {
        const raised = Number.isFinite(low) ? maxDims(e, low) : e;
        return Number.isFinite(high) ? minDims(raised, high) : raised;
      };
      return { dims: value.dims, elements: value.elements.map((e) => (e === undefined ? undefined : clip(e))) };
    },
  },
  Identity: { infer: sameAsInput, evaluate: (c) => (c.mayHaveValue(0) ? c.value(0) : undefined) },
  Abs: {
    infer: sameAsInput,
    evaluate: elementwise(([a]) => (typeof a === 'number' ? Math.abs(a) : isNonNegative(a as Dim) ? a : undefined)),
  },
  Neg: { infer: sameAsInput, evaluate: elementwise(([a]) => subtractDims(0, a as Dim)) },
  Floor: { infer: sameAsInput, evaluate: elementwise(([a]) => floorDim(a as Dim)) },
  Ceil: { infer: sameAsInput, evaluate: elementwise(([a]) => subtractDims(0, floorDim(subtractDims(0, a as Dim)))) },
  Round: {
    infer: sameAsInput,
    evaluate: elementwise(([a]) => (typeof a === 'number' ? roundHalfEven(a) : isInteger(a as Dim) ? a : undefined)),
  },
  Sqrt: ofNumber(Math.sqrt),
  Reciprocal: {
    infer: sameAsInput,
    evaluate: elementwise(([a], c) => (a === 0 ? undefined : rounded(divideDims(1, a as Dim), c.dtype(0)))),
  },
  Sign: ofNumber(Math.sign),
  Not: { infer: toBool, evaluate: elementwise(([a]) => (typeof a === 'number' ? Number(a === 0) : undefined)) },
  IsNaN: { infer: toBool },
  IsInf: { infer: toBool },

  Add: arithmetic(addDims),
  Sub: arithmetic(subtractDims),
  Mul: arithmetic(multiplyDims),
  Div: arithmetic(quotient),
  Mod: { infer: broadcastSame, evaluate: elementwise(([a, b], c) => rounded(remainder(a as Dim, b as Dim, c), c.dtype(0))) },
  Pow: {
    infer: (c) => [info(c.dtype(0), broadcastInputs(c))],
    evaluate: elementwise(([a, b], c) => (typeof a === 'number' && typeof b === 'number' ? rounded(a ** b, c.dtype(0)) : undefined)),
  },
  Max: variadic(maxDims),
  Min: variadic(minDims),
  Sum: variadic(addDims),
  Mean: { infer: broadcastSame },
  BitShift: { infer: broadcastSame },
  BitwiseAnd: { infer: broadcastSame },
  BitwiseOr: { infer: broadcastSame },
  BitwiseXor: { infer: broadcastSame },

  And: logical((a, b) => a && b),
  Or: logical((a, b) => a || b),
  Xor: logical((a, b) => a !== b),
  Equal: comparison(['equal'], ['less', 'greater']),
  Less: comparison(['less'], ['equal', 'greater', 'greater or equal']),
  Greater: comparison(['greater'], ['equal', 'less', 'less or equal']),
  LessOrEqual: comparison(['less', 'equal', 'less or equal'], ['greater']),
  GreaterOrEqual: comparison(['greater', 'equal', 'greater or equal'], ['less']),
  Where: { infer: inferWhere, evaluate: evaluateWhere },

  Cast: { infer: (c) => [info(toAttribute(c), c.shape(0))], evaluate: castTo(toAttribute) },
  CastLike: { infer: (c) => [info(likeSecond(c), c.shape(0))], evaluate: castTo(likeSecond) },
  BitCast: { infer: (c) => [info(toAttribute(c), c.shape(0))] },
  Dropout: { infer: (c) => [info(c.dtype(0), c.shape(0)), info('bool', c.shape(0))] },
};
