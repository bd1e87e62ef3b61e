import { floatAttribute, floatsAttribute, intAttribute, intsAttribute, stringAttribute, stringsAttribute } from '../../../graph/graph.ts';
import { DTYPES } from '../../../tensor/dtype.ts';
import { floats } from '../../../tensor/tensor.ts';
import { type Rule, type RuleContext, type RuleSet, refusal } from '../../rule.ts';
import { derivedContext } from '../derivedContext.ts';
import { expanded } from '../expansion.ts';

/** A score below that is 0 to SOFTMAX_ZERO, and stays so. */
const ZERO = 1e-7;
const LOWEST = -3e38;

/** What is done to the scores of more than one class; PROBIT is computed by an approximation. */
const TRANSFORMS: Readonly<Record<string, (context: RuleContext, scores: string) => string>> = {
  NONE: (_, scores) => scores,
  SOFTMAX: ({ builder }, scores) => builder.op('Softmax', [scores], { axis: -1 }),
  LOGISTIC: ({ builder }, scores) => builder.op('Sigmoid', [scores]),
  SOFTMAX_ZERO({ builder }, scores) {
    const counts = builder.op('Greater', [builder.op('Abs', [scores]), builder.float(ZERO)]);
    return builder.op('Softmax', [builder.op('Where', [counts, scores, builder.float(LOWEST)])], { axis: -1 });
  },
};

/**
 * The same of the only score of two classes, as ONNX Runtime computes it: [−s, s] in the standard, but for a constant the same as its
 * [1 − s, s]. A Softmax it leaves out.
 */
const OF_ONE_SCORE: typeof TRANSFORMS = {
  NONE: ({ builder }, score) => builder.op('Concat', [builder.sub(builder.float(1), score), score], { axis: 1 }),
  LOGISTIC: ({ builder }, score) => builder.op('Sigmoid', [builder.op('Concat', [builder.op('Neg', [score]), score], { axis: 1 })]),
};

const ONE_AS_IT_IS: typeof TRANSFORMS = { NONE: (_, score) => score };

function transformed(context: RuleContext, scores: string, known: typeof TRANSFORMS): string {
  const name = stringAttribute(context.node, 'post_transform', 'NONE');
  const transform = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!transform) throw refusal(context, `the post_transform ${name}${known === TRANSFORMS ? '' : ' of a single score'} is not covered.`);
  return transform(context, scores);
}

/** Σ coefficient · x + intercept: (rows, scores). One example may be given as a vector. */
function linearScores(context: RuleContext, count: number): string {
  const { builder, node } = context;
  const coefficients = floatsAttribute(node, 'coefficients', []);
  const features = coefficients.length / count;
  if (!Number.isInteger(features) || features === 0)
    throw refusal(context, `its ${coefficients.length} coefficients are not a number for every feature of ${count} scores.`);
  const rows = builder.op('Reshape', [inFloat32(context), builder.ints([-1, features])]);
  const intercepts = floatsAttribute(node, 'intercepts', []);
  const bias = intercepts.length > 0 ? [builder.constant(floats([intercepts.length], intercepts))] : [];
  return builder.op('Gemm', [rows, builder.constant(floats([count, features], coefficients)), ...bias], { transB: 1 });
}

/** These operators compute in float32, whatever numbers they take. */
function inFloat32(context: RuleContext): string {
  const x = context.x();
  return context.dtype(x) === 'float32' ? x : context.builder.op('Cast', [x], { to: DTYPES.float32.code });
}

/** The scores of a classifier; its labels are no numbers, and pass nothing back. */
const linearClassifier: Rule = (context) =>
  context.gradient(1) === undefined
    ? []
    : classify(derivedContext(context, { gradient: (k) => (k === 1 ? context.gradient(1) : undefined) }));

const classify = expanded((context) => {
  const { builder, node } = context;
  const [labels, scores = ''] = node.outputs;
  const classes = Math.max(intsAttribute(node, 'classlabels_ints', []).length, stringsAttribute(node, 'classlabels_strings', []).length);
  const count = floatsAttribute(node, 'intercepts', []).length;
  if (labels) builder.nodes.push({ ...node, outputs: [labels, builder.fresh(scores)] });
  const known = count > 1 ? TRANSFORMS : classes === 2 ? OF_ONE_SCORE : ONE_AS_IT_IS;
  builder.alias(transformed(context, linearScores(context, count), known), scores);
});

const linearRegressor = expanded((context) => {
  const count = intAttribute(context.node, 'targets', 1);
  const [output = ''] = context.node.outputs;
  context.builder.alias(transformed(context, linearScores(context, count), count > 1 ? TRANSFORMS : ONE_AS_IT_IS), output);
});

const NORMS: Readonly<Record<string, string>> = { MAX: 'ReduceMax', L1: 'ReduceL1', L2: 'ReduceL2' };

/** Every row divided by its norm, where that is not 0. The greatest value counts with its sign, as in ONNX Runtime and the standard. */
const normalizer = expanded((context) => {
  const { builder, node } = context;
  const name = stringAttribute(node, 'norm', 'MAX');
  const reduction = Object.hasOwn(NORMS, name) ? NORMS[name] : undefined;
  if (!reduction) throw refusal(context, `the norm ${name} is not known.`);
  const x = inFloat32(context);
  const norm = builder.op(reduction, [x, builder.ints([-1])], { keepdims: 1 });
  const divisor = builder.op('Where', [builder.op('Equal', [norm, builder.float(0)]), builder.float(1), norm]);
  builder.alias(builder.div(x, divisor), node.outputs[0] as string);
});

/** A number for every feature, or one for all. */
function perFeature(context: RuleContext, values: readonly number[]): string {
  const x = context.shape(context.x());
  if (values.length !== 1 && (x.length > 2 || values.length !== x.at(-1)))
    throw refusal(context, `it has ${values.length} numbers for features, but its input is ${x.join('×')}.`);
  return context.builder.constant(floats([values.length], values));
}

const scaler = expanded((context) => {
  const { builder, node } = context;
  const [offset, scale] = ['offset', 'scale'].map((name) => perFeature(context, floatsAttribute(node, name, []))) as [string, string];
  builder.alias(builder.mul(builder.sub(inFloat32(context), offset), scale), node.outputs[0] as string);
});

/** Missing numbers are replaced by constants; the others are left as they are. */
const imputer = expanded((context) => {
  const { builder, node } = context;
  const x = context.x();
  const missing = floatAttribute(node, 'replaced_value_float', 0);
  const isMissing = Number.isNaN(missing) ? builder.op('IsNaN', [x]) : builder.op('Equal', [x, builder.float(missing)]);
  const imputed = perFeature(context, floatsAttribute(node, 'imputed_value_floats', []));
  builder.alias(builder.op('Where', [isMissing, imputed, x]), node.outputs[0] as string);
});

/** Operators of ai.onnx.ml that are made of linear parts, as ONNX Runtime computes them. */
export const classicalMlRules: RuleSet = {
  'ai.onnx.ml:Imputer': imputer,
  'ai.onnx.ml:LinearClassifier': linearClassifier,
  'ai.onnx.ml:LinearRegressor': linearRegressor,
  'ai.onnx.ml:Normalizer': normalizer,
  'ai.onnx.ml:Scaler': scaler,
};
