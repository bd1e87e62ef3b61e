import { intAttribute, intsAttribute } from '../../../graph/graph.ts';
import { at, type SlidingWindow, slidingWindow } from '../../../graph/slidingWindow.ts';
import { type Rule, type RuleContext, type RuleSet, refusal } from '../../rule.ts';
import { inputGradient } from '../convolutionAdjoints.ts';
import { scalarLike } from '../helpers.ts';
import { flatten, reshapeLike, zerosLike } from '../shapes.ts';
import { floatsLike, padOrCrop, repeat } from '../slidingWindow.ts';

const outputOf = (context: RuleContext): string => context.node.outputs[0] as string;

/** A pool's window and the spatial extents of its input (`from`) and output (`to`). */
interface Pool {
  readonly window: SlidingWindow;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function poolOf(context: RuleContext): Pool {
  const from = context.staticShape(context.x(), 2);
  const to = context.staticShape(outputOf(context), 2);
  return { window: slidingWindow(context.node, intsAttribute(context.node, 'kernel_shape', []), from), from, to };
}

const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);

/**
 * The transpose of averaging over windows of constant size: every output element gives an equal share to each element of its
 * window. Windows side by side are spread out; others are depthwise convolutions. (ONNX Runtime merges a Pad into a pool
 * behind it and then refuses pads as large as the kernel; it does not with convolutions.)
 */
function spread(context: RuleContext, dy: string, { window, from, to }: Pool): string {
  const { kernel, strides, dilations, begin } = window;
  if (kernel.every((k, i) => k === at(strides, i) && at(dilations, i) === 1)) {
    const share = context.builder.mul(dy, scalarLike(context, 1 / product(kernel), context.x()));
    const ends = from.map((extent, i) => extent - at(to, i) * at(kernel, i) + at(begin, i));
    return padOrCrop(
      context,
      repeat(context, share, kernel),
      begin.map((n) => -n),
      ends,
    );
  }
  const [channels] = context.staticShape(context.x(), 1) as [number];
  const size = product(kernel);
  const weights = floatsLike(context, [channels, 1, ...kernel], new Float32Array(channels * size).fill(1 / size), context.x());
  return inputGradient(context, dy, weights, { window, group: channels, inputsPerGroup: 1, outputs: channels, from, to });
}

/** For every output element, the number of elements by which AveragePool divides; undefined where it is always the kernel's. */
function divisors({ window, from, to }: Pool, includePad: boolean): number[] | undefined {
  const { kernel, strides, dilations, begin, end } = window;
  const byAxis = to.map((positions, i) =>
    Array.from({ length: positions }, (_, position) => {
      const [first, last] = includePad ? [-at(begin, i), at(from, i) + at(end, i)] : [0, at(from, i)];
      const start = position * at(strides, i) - at(begin, i);
      return Array.from({ length: at(kernel, i) }, (_, k) => start + k * at(dilations, i)).filter((x) => x >= first && x < last).length;
    }),
  );
  if (byAxis.every((axis, i) => axis.every((count) => count === at(kernel, i)))) return undefined;
  return byAxis.reduce((outer, axis) => outer.flatMap((a) => axis.map((b) => a * b)), [1]);
}

const averagePool: Rule = (context) => {
  if (!context.needs(0)) return [];
  const pool = poolOf(context);
  const counts = divisors(pool, intAttribute(context.node, 'count_include_pad', 0) === 1);
  if (!counts) return [spread(context, context.dy, pool)];
  const size = product(pool.window.kernel);
  const weights = floatsLike(
    context,
    [1, 1, ...pool.to],
    counts.map((count) => size / count),
    context.x(),
  );
  return [spread(context, context.builder.mul(context.dy, weights), pool)];
};

/** The gradient goes to the element that the pool's Indices name: the first one on ties, as in PyTorch. */
const maxPool: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy } = context;
  const x = context.x();
  const flat = (value: string): string => flatten(context, value);
  const sum = builder.op('ScatterElements', [flat(zerosLike(context, x)), flat(indicesOf(context)), flat(dy)], {
    axis: 0,
    reduction: 'add',
  });
  return [reshapeLike(context, sum, x)];
};

/** Indices into the whole tensor x, row-major; the node is asked for them, or another one where it counts in columns. */
export function indicesOf({ node, builder }: RuleContext): string {
  const { storage_order: order, ...attributes } = node.attributes;
  if (order?.value === 1) {
    const name = builder.fresh(`~${node.name}:Indices`);
    const outputs = [builder.fresh(`~${node.name}:Y`), name];
    builder.nodes.push({ name: builder.fresh(`~${node.name}`), op: node.op, domain: '', inputs: node.inputs, outputs, attributes });
    return name;
  }
  const current = builder.nodes.find((n) => n.name === node.name) ?? node;
  if (current.outputs[1]) return current.outputs[1];
  const name = builder.fresh(`~${node.name}:Indices`);
  builder.replace(current, { ...current, outputs: [current.outputs[0] as string, name] });
  return name;
}

const globalAveragePool: Rule = (context) => {
  if (!context.needs(0)) return [];
  const extents = context.staticShape(context.x(), 2);
  const size = product(extents);
  const share = floatsLike(context, [1, 1, ...extents], new Float32Array(size).fill(1 / size), context.x());
  return [context.builder.mul(context.dy, share)];
};

/** The first maximum takes the gradient, as in PyTorch's adaptive_max_pool2d. */
const globalMaxPool: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy } = context;
  const x = context.x();
  const byChannel = (value: string): string => builder.op('Reshape', [value, builder.ints([0, 0, -1])]);
  const first = builder.op('ArgMax', [byChannel(x)], { axis: 2, keepdims: 1 });
  const gradient = builder.op('ScatterElements', [byChannel(zerosLike(context, x)), first, byChannel(dy)], { axis: 2 });
  return [reshapeLike(context, gradient, x)];
};

/** dy·y^(1−p), 0 where the norm y is: what each element of a window takes times sign(x)·|x|^(p−1). */
function shareOfNorm(context: RuleContext, p: number): string {
  const { builder, dy } = context;
  const y = outputOf(context);
  const number = (value: number): string => scalarLike(context, value, context.x());
  const share = builder.mul(dy, builder.op('Pow', [y, number(1 - p)]));
  return builder.op('Where', [builder.op('Equal', [y, number(0)]), number(0), share]);
}

/** sign(x)·|x|^(p−1) */
function slopeOfPower(context: RuleContext, p: number): string {
  const { builder } = context;
  const x = context.x();
  if (p === 2) return x;
  return builder.mul(builder.op('Sign', [x]), builder.op('Pow', [builder.op('Abs', [x]), scalarLike(context, p - 1, x)]));
}

/** d‖window‖ₚ, summed over the windows that x is in. */
const lpPool: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder } = context;
  const p = intAttribute(context.node, 'p', 2);
  const pool = poolOf(context);
  const share = builder.mul(shareOfNorm(context, p), scalarLike(context, product(pool.window.kernel), context.x()));
  return [builder.mul(slopeOfPower(context, p), spread(context, share, pool))];
};

const globalLpPool: Rule = (context) => {
  if (!context.needs(0)) return [];
  const p = intAttribute(context.node, 'p', 2);
  return [context.builder.mul(slopeOfPower(context, p), shareOfNorm(context, p))];
};

/** Each element takes the gradient of the place that it was put to. */
const maxUnpool: Rule = (context) => {
  if (!context.needs(0)) return [];
  if (context.node.inputs[2]) throw refusal(context, 'it has an output_shape, with which engines disagree about what its indices mean.');
  const { builder, dy } = context;
  const flat = (value: string): string => flatten(context, value);
  return [reshapeLike(context, builder.op('Gather', [flat(dy), flat(context.x(1))]), context.x())];
};

export const poolingRules: RuleSet = {
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  GlobalLpPool: globalLpPool,
  GlobalMaxPool: globalMaxPool,
  LpPool: lpPool,
  MaxPool: maxPool,
  MaxUnpool: maxUnpool,
};
