import { intAttribute, stringAttribute } from '../../../graph/graph.ts';
import { toNumbers } from '../../../tensor/tensor.ts';
import { noGradient, type Rule, type RuleContext, type RuleSet, refusal } from '../../rule.ts';
import { constantScalar } from '../helpers.ts';
import { axisFromFront, padAxis, scatterAdd, scatterBack, zerosLike } from '../shapes.ts';

/** One axis of a Slice with everything constant: `count` elements from `start`, `step` apart. */
interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly extent: number;
}

const slice: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const x = context.x();
  const rank = builder.values.get(x)?.shape?.length ?? 0;
  const cuts = constantCuts(context);
  if (cuts) return [cuts.reduce((gradient, cut) => placeCut(context, gradient, rank, cut), dy)];
  return [scatterBack(context, x, dy, (places) => builder.op('Slice', [places, ...node.inputs.slice(1)]))];
};

/** undefined where a start, an end, a step or the extent of a sliced axis is known only when the graph runs. */
function constantCuts(context: RuleContext): Cut[] | undefined {
  const shape = context.builder.values.get(context.x())?.shape;
  const starts = context.integers(1);
  const ends = context.integers(2);
  const axes = context.node.inputs[3] ? context.integers(3) : starts?.map((_, i) => i);
  const steps = context.node.inputs[4] ? context.integers(4) : starts?.map(() => 1);
  if (!shape || !starts || !ends || !axes || !steps) return undefined;
  const cuts: Cut[] = [];
  for (const [i, given] of axes.entries()) {
    const axis = axisFromFront(given, shape.length);
    const extent = shape[axis];
    const step = steps[i] as number;
    if (typeof extent !== 'number') return undefined;
    // As in Python: negative positions count from the end; an end before the first element is -1 for a negative step.
    const [lowest, highest] = step > 0 ? [0, extent] : [-1, extent - 1];
    const clamp = (position: number) => Math.min(Math.max(position < 0 ? position + extent : position, lowest), highest);
    const start = clamp(starts[i] as number);
    const count = Math.max(0, Math.ceil((clamp(ends[i] as number) - start) / step));
    cuts.push({ axis, start, step, count, extent });
  }
  return cuts;
}

/** Puts the gradient of a cut where its elements came from, zeros around and between. */
function placeCut(context: RuleContext, gradient: string, rank: number, { axis, start, step, count, extent }: Cut): string {
  const { builder } = context;
  const at = builder.ints([axis]);
  let value = gradient;
  let first = start;
  let stride = step;
  if (step < 0) {
    value = builder.op('Slice', [value, builder.ints([-1]), builder.ints([Number.MIN_SAFE_INTEGER]), at, builder.ints([-1])]);
    first = start + (count - 1) * step;
    stride = -step;
  }
  if (stride > 1 && count > 1) {
    // A dimension of `stride` behind the axis, of which only the first plane is not zero, merged into the axis.
    const inner = builder.ints([axis + 1]);
    const apart = padAxis(context, builder.op('Unsqueeze', [value, inner]), rank + 1, axis + 1, 0, stride - 1);
    const shape = builder.op('Shape', [value]);
    const ahead = axis > 0 ? [builder.op('Slice', [shape, builder.ints([0]), at])] : [];
    const behind = builder.op('Slice', [shape, inner, builder.ints([Number.MAX_SAFE_INTEGER])]);
    const merged = builder.op('Concat', [...ahead, builder.ints([count * stride]), behind], { axis: 0 });
    value = builder.op('Reshape', [apart, merged], { allowzero: 1 });
  } else stride = 1;
  const [before, behind] = count === 0 ? [0, extent] : [first, extent - first - count * stride];
  return before === 0 && behind === 0 ? value : padAxis(context, value, rank, axis, before, behind);
}

/** Constant padding: the padding taken off again (and cropping padded with zeros); the other modes add the copies up. */
const pad: Rule = (context) => {
  const { builder, dy, node } = context;
  if (context.needs(2)) throw refusal(context, 'its fill value depends on the input.');
  if (!context.needs(0)) return [];
  const mode = stringAttribute(node, 'mode', 'constant');
  const padding = paddingOf(context);
  if (mode !== 'constant') return [scatterBack(context, context.x(), dy, (places) => builder.op('Pad', [places, ...padding], { mode }))];
  const [pads, ...axes] = padding as [string, ...string[]];
  const known = context.constant(pads);
  const undo = known ? builder.ints(Array.from(toNumbers(known), (p) => -p)) : builder.op('Neg', [pads]);
  return [builder.op('Pad', [dy, undo, ...axes])];
};

/** A Pad's inputs after the first, without its fill value: pads of every axis where they are constant (see padAxis). */
function paddingOf(context: RuleContext): string[] {
  const { builder, node } = context;
  const axes = node.inputs[3];
  if (!axes) return [context.x(1)];
  const pads = context.integers(1);
  const chosen = context.integers(3);
  if (!pads || !chosen) return [context.x(1), '', axes];
  const rank = context.shape(context.x()).length;
  const all = new Array<number>(2 * rank).fill(0);
  chosen.forEach((axis, i) => {
    all[axisFromFront(axis, rank)] = pads[i] as number;
    all[rank + axisFromFront(axis, rank)] = pads[chosen.length + i] as number;
  });
  return [builder.ints(all)];
}

const gather: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const x = context.x();
  const indices = context.x(1);
  const shape = context.shape(x);
  const axis = axisFromFront(intAttribute(node, 'axis', 0), shape.length);
  const extent = shape[axis];
  const one = constantScalar(context, indices);
  const rank = context.constant(indices)?.dims.length;
  if (one !== undefined && typeof extent === 'number' && rank !== undefined && rank <= 1) {
    const first = axisFromFront(one, extent);
    const plane = rank === 0 ? builder.op('Unsqueeze', [dy, builder.ints([axis])]) : dy;
    return [padAxis(context, plane, shape.length, axis, first, extent - 1 - first)];
  }
  return [scatterBack(context, x, dy, (places) => builder.op('Gather', [places, indices], { axis }))];
};

/** The gradient of elements that were picked along an axis, in the shape of x. */
const addAt = (context: RuleContext, indices: string, axis: number): string =>
  scatterAdd(context, context.builder.op('Shape', [context.x()]), indices, context.dy, axis, context.dtype(context.x()));

const gatherElements: Rule = (context) => {
  if (!context.needs(0)) return [];
  return [addAt(context, context.x(1), intAttribute(context.node, 'axis', 0))];
};

const gatherND: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const batch_dims = intAttribute(node, 'batch_dims', 0);
  return [scatterBack(context, context.x(), dy, (places) => builder.op('GatherND', [places, context.x(1)], { batch_dims }))];
};

const compress: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const axis = intAttribute(node, 'axis');
  return [scatterBack(context, context.x(), dy, (places) => builder.op('Compress', [places, context.x(1)], { axis }))];
};

/** ScatterElements and ScatterND that replace or add; `scatter` and `collect` are the operator and its inverse on dy. */
const scatter =
  (collect: (context: RuleContext, dy: string) => string, axis: (context: RuleContext) => number | undefined): Rule =>
  (context) => {
    const { builder, dy, node } = context;
    const reduction = stringAttribute(node, 'reduction', 'none');
    if (reduction !== 'none' && reduction !== 'add') throw refusal(context, `its reduction "${reduction}" is not covered.`);
    const updates = context.x(2);
    const data = (): string =>
      reduction === 'add' ? dy : builder.op(node.op, [dy, context.x(1), zerosLike(context, updates)], { axis: axis(context) });
    return [context.needs(0) ? data() : undefined, undefined, context.needs(2) ? collect(context, dy) : undefined];
  };

const axisOf = ({ node }: RuleContext): number => intAttribute(node, 'axis', 0);

const topK: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, node } = context;
  let indices = node.outputs[1];
  if (!indices) {
    indices = builder.fresh(`${node.outputs[0]}:indices`);
    builder.replace(node, { ...node, outputs: [node.outputs[0] as string, indices] });
  }
  return [addAt(context, indices, intAttribute(node, 'axis', -1))];
};

const oneHot: Rule = (context) => {
  if (context.needs(2)) throw refusal(context, 'its on and off values depend on the input.');
  return [];
};

export const indexingRules: RuleSet = {
  Slice: slice,
  Pad: pad,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  Compress: compress,
  ScatterElements: scatter((context, dy) => context.builder.op('GatherElements', [dy, context.x(1)], { axis: axisOf(context) }), axisOf),
  ScatterND: scatter(
    (context, dy) => context.builder.op('GatherND', [dy, context.x(1)]),
    () => undefined,
  ),
  TopK: topK,
  OneHot: oneHot,
  Equal: noGradient,
  Greater: noGradient,
  GreaterOrEqual: noGradient,
  Less: noGradient,
  LessOrEqual: noGradient,
  And: noGradient,
  Or: noGradient,
  Xor: noGradient,
  Not: noGradient,
  IsNaN: noGradient,
  IsInf: noGradient,
  NonZero: noGradient,
  NonMaxSuppression: noGradient,
};
