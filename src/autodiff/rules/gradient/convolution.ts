import { intAttribute } from '../../../graph/graph.ts';
import { at, slidingWindow } from '../../../graph/slidingWindow.ts';
import { type Rule, type RuleContext, type RuleSet, refusal } from '../../rule.ts';
import { biasGradient, type Convolution, inputGradient, weightGradient } from '../convolutionAdjoints.ts';
import { perInput } from '../helpers.ts';
import { reshapeLike } from '../shapes.ts';
import { floatsLike } from '../slidingWindow.ts';

function convolutionOf(context: RuleContext): Convolution {
  const { node } = context;
  const weight = context.staticShape(context.x(1));
  const from = context.staticShape(context.x(0), 2);
  const to = context.staticShape(node.outputs[0] as string, 2);
  const window = slidingWindow(node, weight.slice(2), from);
  return { window, group: intAttribute(node, 'group', 1), inputsPerGroup: at(weight, 1), outputs: at(weight, 0), from, to };
}

const conv: Rule = (context) => {
  const c = convolutionOf(context);
  return perInput(context, (i) => {
    if (i === 0) return inputGradient(context, context.dy, context.x(1), c);
    return i === 1 ? weightGradient(context, context.x(0), context.dy, c) : biasGradient(context, context.dy, c.to);
  });
};

/** Windows of the image, added up where they overlap; the gradient takes them out again, by a convolution with unit kernels. */
const col2Im: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const [image, block] = [context.integers(1), context.integers(2)];
  if (!image || !block) throw refusal(context, 'the shape of the image or of the blocks is computed while the model runs.');
  const { strides, dilations, begin, end } = slidingWindow(node, block, image);
  const size = block.reduce((a, b) => a * b, 1);
  const unit = Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? 1 : 0));
  const channels = builder.op('Reshape', [dy, builder.ints([-1, 1, ...image])]);
  const windows = builder.op('Conv', [channels, floatsLike(context, [size, 1, ...block], unit, context.x())], {
    strides,
    dilations,
    pads: [...begin, ...end],
  });
  return [reshapeLike(context, windows, context.x())];
};

export const convolutionRules: RuleSet = { Col2Im: col2Im, Conv: conv };
