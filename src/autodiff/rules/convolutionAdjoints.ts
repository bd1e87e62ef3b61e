import { at, reach, type SlidingWindow, spatialAxes } from '../../graph/slidingWindow.ts';
import type { RuleContext } from '../rule.ts';
import { crop, dilate, padsOf } from './slidingWindow.ts';

/** A convolution y = x ∗ w; extents are spatial ones, w has the layout [outputs, inputs per group, kernel…]. */
export interface Convolution extends Geometry {
  readonly inputsPerGroup: number;
  readonly outputs: number;
}

interface Geometry {
  readonly window: SlidingWindow;
  readonly group: number;
  /** Extents of x. */
  readonly from: readonly number[];
  /** Extents of y. */
  readonly to: readonly number[];
}

const FROM_LAST = -1;
/** Before the first element, for a Slice that walks backwards. */
const BEFORE_FIRST = -(2 ** 31) + 1;

/** The convolution itself: y from x. Padding is such that y has the extents `to` whatever the window's end says. */
export function convolve(context: RuleContext, x: string, w: string, c: Geometry): string {
  const { strides, dilations, kernel, begin } = c.window;
  const end = c.to.map(
    (extent, i) => (extent - 1) * at(strides, i) + reach(at(kernel, i), at(dilations, i)) + 1 - at(c.from, i) - at(begin, i),
  );
  const pads = padsOf(begin, end);
  return context.builder.op('Conv', [crop(context, x, begin, end), w], { strides, dilations, group: c.group, pads });
}

/**
 * Gradient with respect to the convolution's input, by the formulation that is fastest on ONNX Runtime's CPU provider among the
 * exact ones: with stride 1 a convolution with the transposed, flipped weights; the same after zeros are put between the elements
 * for depthwise convolutions with larger strides; for others ConvTranspose.
 */
export function inputGradient(context: RuleContext, dy: string, w: string, c: Convolution): string {
  const { strides, dilations, kernel, begin, end } = c.window;
  const unit = strides.every((s) => s === 1);
  const depthwise = c.inputsPerGroup === 1 && c.outputs === c.group && c.group > 1;
  if (!unit && !depthwise) {
    // Rows that no window reaches; negative where the last window of a pool in ceil mode reaches beyond the padding.
    const rest = c.from.map(
      (extent, i) => extent - ((at(c.to, i) - 1) * at(strides, i) - at(begin, i) - at(end, i) + reach(at(kernel, i), at(dilations, i)) + 1),
    );
    const pads = padsOf(
      begin,
      end.map((n, i) => n - Math.min(0, at(rest, i))),
    );
    const output_padding = rest.map((n) => Math.max(0, n));
    return context.builder.op('ConvTranspose', [dy, w], { strides, dilations, group: c.group, pads, output_padding });
  }
  const adjoint: Geometry = {
    window: {
      kernel,
      strides: strides.map(() => 1),
      dilations,
      begin: begin.map((n, i) => reach(at(kernel, i), at(dilations, i)) - n),
      end: [],
    },
    group: c.group,
    from: c.to.map((extent, i) => extent * at(strides, i)),
    to: c.from,
  };
  return convolve(context, dilate(context, dy, c.to, strides), adjointWeight(context, w, c), adjoint);
}

/** The weights with inputs and outputs exchanged within every group, and every kernel turned round. */
function adjointWeight(context: RuleContext, w: string, { window, group, inputsPerGroup, outputs }: Convolution): string {
  const { builder } = context;
  const { kernel } = window;
  const perGroup = outputs / group;
  let exchanged = w;
  if (group === 1) exchanged = builder.op('Transpose', [w], { perm: [1, 0, ...spatialAxes(kernel)] });
  else if (perGroup > 1 || inputsPerGroup > 1) {
    const grouped = builder.op('Reshape', [w, builder.ints([group, perGroup, inputsPerGroup, ...kernel])]);
    const turned = builder.op('Transpose', [grouped], { perm: [0, 2, 1, ...kernel.map((_, i) => i + 3)] });
    exchanged = builder.op('Reshape', [turned, builder.ints([group * inputsPerGroup, perGroup, ...kernel])]);
  }
  const axes = spatialAxes(kernel).filter((axis) => at(kernel, axis - 2) > 1);
  if (axes.length === 0) return exchanged;
  const all = (value: number): string => builder.ints(axes.map(() => value));
  return builder.op('Slice', [exchanged, all(FROM_LAST), all(BEFORE_FIRST), builder.ints(axes), all(-1)]);
}

/**
 * Gradient with respect to the convolution's weights: a convolution of x by dy in which batch and channels change places, and
 * strides and dilations too.
 */
export function weightGradient(context: RuleContext, x: string, dy: string, c: Convolution): string {
  const { builder } = context;
  const { kernel, strides, dilations, begin } = c.window;
  const exchange = (value: string): string => builder.op('Transpose', [value], { perm: [1, 0, ...spatialAxes(kernel)] });
  let images = exchange(x);
  if (c.group > 1) {
    // [batch, group · inputs] → [inputs, group · batch]
    const grouped = builder.op('Reshape', [x, builder.ints([0, c.group, c.inputsPerGroup, ...c.from])]);
    const turned = builder.op('Transpose', [grouped], { perm: [2, 1, 0, ...kernel.map((_, i) => i + 3)] });
    images = builder.op('Reshape', [turned, builder.ints([c.inputsPerGroup, -1, ...c.from])]);
  }
  const swapped: Geometry = {
    window: { kernel: c.to, strides: dilations, dilations: strides, begin, end: [] },
    group: c.group,
    from: c.from,
    to: kernel,
  };
  return exchange(convolve(context, images, exchange(dy), swapped));
}

/** Gradient with respect to a bias by channel. */
export const biasGradient = (context: RuleContext, dy: string, spatial: readonly number[]): string =>
  context.builder.op('ReduceSum', [dy, context.builder.ints([0, ...spatialAxes(spatial)])], { keepdims: 0 });
