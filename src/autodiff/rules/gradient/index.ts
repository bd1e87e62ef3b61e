import type { RuleSet } from '../../rule.ts';
import { activationRules } from './activations.ts';
import { elementwiseRules } from './elementwise.ts';
import { indexingRules } from './indexing.ts';
import { quantizationRules } from './quantization.ts';
import { reductionRules } from './reductions.ts';
import { shapeRules } from './shapes.ts';
import { softmaxRules } from './softmax.ts';

/** The plain gradient: reverse-mode derivatives of ONNX's operators, with PyTorch's conventions at kinks and ties. */
export const gradientRules: RuleSet = {
  ...elementwiseRules,
  ...activationRules,
  ...reductionRules,
  ...softmaxRules,
  ...shapeRules,
  ...indexingRules,
  ...quantizationRules,
};
