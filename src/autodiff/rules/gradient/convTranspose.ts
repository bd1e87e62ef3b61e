import { intAttribute, intsAttribute, stringAttribute } from '../../../graph/graph.ts';
import { at, reach, type SlidingWindow, slidingWindow } from '../../../graph/slidingWindow.ts';
import type { Rule, RuleContext, RuleSet } from '../../rule.ts';
import { biasGradient, type Convolution, convolve, weightGradient } from '../convolutionAdjoints.ts';
import { perInput } from '../helpers.ts';

/** The convolution whose transpose the node is: it goes from the node's output to its input. */
function convolutionOf(context: RuleContext): Convolution {
  const { node } = context;
  const weight = context.staticShape(context.x(1));
  const to = context.staticShape(context.x(0), 2);
  const from = context.staticShape(node.outputs[0] as string, 2);
  const window = transposedWindow(context, weight.slice(2), to, from);
  return { window, group: intAttribute(node, 'group', 1), inputsPerGroup: at(weight, 1), outputs: at(weight, 0), from, to };
}

/** Where output_shape or auto_pad is given, padding follows from the extents; SAME_UPPER alone puts the odd one at the end. */
function transposedWindow({ node }: RuleContext, kernel: readonly number[], to: readonly number[], from: readonly number[]): SlidingWindow {
  const window = slidingWindow(node, kernel, from);
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  if (intsAttribute(node, 'output_shape', []).length === 0 && !autoPad.startsWith('SAME')) return window;
  const extra = intsAttribute(node, 'output_padding', []);
  const begin = from.map((extent, i) => {
    const full = (at(to, i) - 1) * at(window.strides, i) + reach(at(kernel, i), at(window.dilations, i)) + 1 + (extra[i] ?? 0);
    const half = Math.max(0, full - extent) / 2;
    return autoPad === 'SAME_UPPER' ? Math.floor(half) : Math.ceil(half);
  });
  return { ...window, begin };
}

const convTranspose: Rule = (context) => {
  const c = convolutionOf(context);
  return perInput(context, (i) => {
    if (i === 0) return convolve(context, context.dy, context.x(1), c);
    return i === 1 ? weightGradient(context, context.dy, context.x(0), c) : biasGradient(context, context.dy, c.from);
  });
};

export const convTransposeRules: RuleSet = { ConvTranspose: convTranspose };
