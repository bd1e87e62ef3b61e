import { ATTENTION } from './attention.ts';
import { CLASSICAL_ML } from './classicalMl.ts';
import type { OperatorRow } from './context.ts';
import { CONTROL } from './control.ts';
import { CONVOLUTION } from './convolution.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { GENERATION } from './generation.ts';
import { IMAGE } from './image.ts';
import { INDEXING } from './indexing.ts';
import { LAYOUT } from './layout.ts';
import { MATRIX } from './matrix.ts';
import { MICROSOFT } from './microsoft.ts';
import { NORMALIZATION } from './normalization.ts';
import { POOLING } from './pooling.ts';
import { QUANTIZATION } from './quantization.ts';
import { RECURRENT } from './recurrent.ts';
import { REDUCTION } from './reduction.ts';
import { SIGNAL } from './signal.ts';
import { TEXT_AND_SEQUENCES } from './text.ts';

/** Every operator whose outputs' dtypes and shapes can be told; the key outside ONNX's own domain is `domain:operator`. */
export const OPERATORS: Readonly<Record<string, OperatorRow>> = {
  ...ELEMENTWISE,
  ...CONVOLUTION,
  ...POOLING,
  ...MATRIX,
  ...NORMALIZATION,
  ...REDUCTION,
  ...LAYOUT,
  ...INDEXING,
  ...GENERATION,
  ...IMAGE,
  ...RECURRENT,
  ...ATTENTION,
  ...QUANTIZATION,
  ...SIGNAL,
  ...TEXT_AND_SEQUENCES,
  ...CONTROL,
  ...CLASSICAL_ML,
  ...MICROSOFT,
};
