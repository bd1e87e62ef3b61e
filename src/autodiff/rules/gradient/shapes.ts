import { intAttribute, intsAttribute, stringAttribute } from '../../../graph/graph.ts';
import { DTYPES, type DType, isFloat } from '../../../tensor/dtype.ts';
import { unbroadcast } from '../../broadcast.ts';
import { noGradient, type Rule, type RuleContext, type RuleSet, refusal } from '../../rule.ts';
import { constantScalar, perInput, scalarLike, unary } from '../helpers.ts';
import { reshapeLike, zerosLike } from '../shapes.ts';

const reshape: Rule = (context) => (context.needs(0) ? [reshapeLike(context, context.dy, context.x())] : []);

const transpose: Rule = (context) => {
  if (!context.needs(0)) return [];
  const perm = intsAttribute(context.node, 'perm');
  const inverse = perm?.map((_, i) => perm.indexOf(i));
  return [context.builder.op('Transpose', [context.dy], { perm: inverse })];
};

const identity: Rule = (context) => (context.needs(0) ? [context.dy] : []);

/** Dropout at inference is the identity. */
const dropout: Rule = (context) => {
  const training = context.node.inputs[2];
  if (training && constantScalar(context, training) !== 0)
    throw refusal(context, 'it drops values at random (training_mode). Export the model for inference.');
  return identity(context);
};

/**
 * The gradient in the input's dtype. The gradient of an integer input stays a float: a picture's bytes have one, and whatever
 * made an integer from floats either ended the path or has a rule of its own.
 */
const cast: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const from: DType = context.dtype(context.x());
  const to: DType = context.dtype(node.outputs[0] as string);
  const target: DType = isFloat(from) ? from : 'float32';
  return [target === to ? dy : builder.op('Cast', [dy], { to: DTYPES[target].code })];
};

const concat: Rule = (context) => {
  const { dy, node, builder } = context;
  if (node.inputs.length === 1) return [dy];
  const axis = intAttribute(node, 'axis', 0);
  const parts = builder.ops('Split', [dy, extents(context, axis)], node.inputs.length, { axis });
  return perInput(context, (i) => parts[i] as string);
};

/** The extents of a node's inputs along an axis, as one vector. */
function extents({ builder, node }: RuleContext, axis: number): string {
  const known = node.inputs.map((x) => builder.values.get(x)?.shape?.at(axis));
  if (known.every((dim) => typeof dim === 'number')) return builder.ints(known);
  const end = axis === -1 ? undefined : axis + 1;
  const vectors = node.inputs.map((x) => builder.op('Shape', [x], { start: axis, end }));
  return builder.op('Concat', vectors, { axis: 0 });
}

const split: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, node } = context;
  const parts = node.outputs.map((y, k) => context.gradient(k) ?? (y ? zerosLike(context, y) : undefined));
  const missing = parts.indexOf(undefined);
  if (missing >= 0) throw refusal(context, `its output ${missing} has no name, so that its extent is not known.`);
  return [builder.op('Concat', parts as string[], { axis: intAttribute(node, 'axis', 0) })];
};

const expand: Rule = (context) => (context.needs(0) ? [unbroadcast(context, context.dy, context.x())] : []);

/** Every dimension as (repeats, extent); summed over the repeats. */
const tile: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy } = context;
  const x = context.x();
  const rank = context.shape(x).length;
  if (rank === 0) return [dy];
  const column = (value: string) => builder.op('Unsqueeze', [value, builder.ints([1])]);
  const pairs = builder.op('Concat', [column(context.x(1)), column(builder.op('Shape', [x]))], { axis: 1 });
  const apart = builder.op('Reshape', [dy, builder.op('Reshape', [pairs, builder.ints([-1])])], { allowzero: 1 });
  const repeats = builder.ints(Array.from({ length: rank }, (_, i) => 2 * i));
  return [builder.op('ReduceSum', [apart, repeats], { keepdims: 0 })];
};

/** SpaceToDepth undoes mode DCR; CRD has its channels in another order. */
const depthToSpace: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const blocksize = intAttribute(node, 'blocksize', 1);
  const packed = builder.op('SpaceToDepth', [dy], { blocksize });
  if (stringAttribute(node, 'mode', 'DCR') === 'DCR') return [packed];
  const [depth] = context.staticShape(context.x(), 1).slice(0, 1) as [number];
  const blocks = blocksize * blocksize;
  const channels = depth / blocks;
  const order = Array.from({ length: depth }, (_, i) => (i % blocks) * channels + Math.floor(i / blocks));
  return [builder.op('Gather', [packed, builder.ints(order)], { axis: 1 })];
};

const spaceToDepth: Rule = (context) =>
  context.needs(0)
    ? [context.builder.op('DepthToSpace', [context.dy], { blocksize: intAttribute(context.node, 'blocksize', 1), mode: 'DCR' })]
    : [];

const trilu: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  return [builder.op('Trilu', [dy, ...node.inputs.slice(1)], { upper: intAttribute(node, 'upper', 1) })];
};

/** Cropping is undone by padding and padding by cropping: both put the odd element at the end. */
const centerCropPad: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const axes = intsAttribute(node, 'axes');
  const shape = builder.op('Shape', [context.x()]);
  return [builder.op('CenterCropPad', [dy, axes ? builder.op('Gather', [shape, builder.ints(axes)]) : shape], { axes })];
};

/** The same sum from the other end. */
const cumSum: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const reverse = 1 - intAttribute(node, 'reverse', 0);
  return [builder.op('CumSum', [dy, context.x(1)], { exclusive: intAttribute(node, 'exclusive', 0), reverse })];
};

/** start + i·delta; the number of elements is constant. */
const range: Rule = (context) => {
  const { builder, dy, node } = context;
  const y = node.outputs[0] as string;
  return perInput(context, (i) => {
    if (i === 1) return scalarLike(context, 0, y);
    const steps = i === 0 ? dy : builder.mul(dy, builder.div(builder.sub(y, context.x(0)), context.x(2)));
    return builder.op('ReduceSum', [steps], { keepdims: 0 });
  });
};

export const shapeRules: RuleSet = {
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: transpose,
  Identity: identity,
  Dropout: dropout,
  Cast: cast,
  CastLike: cast,
  Concat: concat,
  Split: split,
  Expand: expand,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Trilu: trilu,
  CenterCropPad: centerCropPad,
  CumSum: cumSum,
  ReverseSequence: unary(({ context, builder, dy }) => builder.op('ReverseSequence', [dy, context.x(1)], reverseSequenceAxes(context))),
  Range: range,
  Shape: noGradient,
  Size: noGradient,
  ConstantOfShape: noGradient,
  EyeLike: noGradient,
  Bernoulli: noGradient,
  RandomNormalLike: noGradient,
  RandomUniformLike: noGradient,
};

const reverseSequenceAxes = ({ node }: RuleContext) => ({
  batch_axis: intAttribute(node, 'batch_axis', 1),
  time_axis: intAttribute(node, 'time_axis', 0),
});
