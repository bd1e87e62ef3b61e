import { intAttribute } from '../../../graph/graph.ts';
import type { Rule, RuleContext, RuleSet } from '../../rule.ts';
import { biasGradient, type Convolution, inputGradient, weightGradient } from '../convolutionAdjoints.ts';
import { perInput } from '../helpers.ts';
import { at, slidingWindow } from '../slidingWindow.ts';

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

export const convolutionRules: RuleSet = { Conv: conv };
