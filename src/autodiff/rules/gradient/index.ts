import type { RuleSet } from '../../rule.ts';
import { activationRules } from './activations.ts';
import { classicalMlRules } from './classicalMl.ts';
import { convolutionRules } from './convolution.ts';
import { convTransposeRules } from './convTranspose.ts';
import { einsumRules } from './einsum.ts';
import { elementwiseRules } from './elementwise.ts';
import { gridSampleRules } from './gridSample.ts';
import { ifRules } from './if.ts';
import { indexingRules } from './indexing.ts';
import { loopRules } from './loop.ts';
import { matmulRules } from './matmul.ts';
import { normalizationRules } from './normalization.ts';
import { poolingRules } from './pooling.ts';
import { quantizationRules } from './quantization.ts';
import { recurrentRules } from './recurrent.ts';
import { reductionRules } from './reductions.ts';
import { resizeRules } from './resize.ts';
import { scanRules } from './scan.ts';
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
  ...convolutionRules,
  ...convTransposeRules,
  ...poolingRules,
  ...matmulRules,
  ...einsumRules,
  ...normalizationRules,
  ...resizeRules,
  ...gridSampleRules,
  ...ifRules,
  ...scanRules,
  ...loopRules,
  ...recurrentRules,
  ...classicalMlRules,
};
