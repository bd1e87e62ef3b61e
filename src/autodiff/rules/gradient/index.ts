import type { RuleSet } from '../../rule.ts';
import { elementwiseRules } from './elementwise.ts';

/** The plain gradient: reverse-mode derivatives of ONNX's operators, with PyTorch's conventions at kinks and ties. */
export const gradientRules: RuleSet = {
  ...elementwiseRules,
};
