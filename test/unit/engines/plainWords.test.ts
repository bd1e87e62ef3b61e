import { expect, it } from 'vitest';
import { plainWords } from '../../../src/engines/onnxruntime/engine.ts';

/** What ONNX Runtime says on Linux and Windows, and what is left for a person. */
const WORDS: readonly (readonly [string, string])[] = [
  [
    "Non-zero status code returned while running TreeEnsembleClassifier node. Name:'trees' Status Message: /onnxruntime_src/onnxruntime/core/providers/cpu/ml/tree_ensemble_common.h:624 void onnxruntime::ml::detail::TreeEnsembleCommon<InputType, ThresholdType, OutputType>::ComputeAgg(onnxruntime::concurrency::ThreadPool*, const onnxruntime::Tensor*, const AGG&) const [with AGG = onnxruntime::ml::detail::TreeAggregatorClassifier<float, float, float>; OutputType = float] One path in the graph requests feature 19 but input tensor has 4 features.\n",
    "Non-zero status code returned while running TreeEnsembleClassifier node. Name:'trees' Status Message: One path in the graph requests feature 19 but input tensor has 4 features.",
  ],
  [
    "Non-zero status code returned while running Reshape node. Name:'r' Status Message: D:\\a\\_work\\1\\s\\onnxruntime\\core\\providers\\cpu\\tensor\\reshape_helper.h:47 onnxruntime::ReshapeHelper::ReshapeHelper input_shape_size == size was false. The input tensor cannot be reshaped",
    "Non-zero status code returned while running Reshape node. Name:'r' Status Message: onnxruntime::ReshapeHelper::ReshapeHelper input_shape_size == size was false. The input tensor cannot be reshaped",
  ],
  [
    'Type Error: Type parameter (T) of Optype (Mul) bound to different types\n  in node (m).',
    'Type Error: Type parameter (T) of Optype (Mul) bound to different types in node (m).',
  ],
];

it.each(WORDS)('%s', (said, left) => {
  expect(plainWords(new Error(said))).toBe(left);
});
