import { type DType, dtypeFromCode } from '../../tensor/dtype.ts';
import type { Dim } from '../../tensor/shape.ts';
import { type Infer, info, type OperatorRow, resolveAxis, sameAsInput } from './context.ts';

const batchNormalization: Infer = (context) => {
  const y = info(context.dtype(0), context.shape(0));
  if (!context.int('training_mode', 0)) return [y];
  return [y, info(context.dtype(3), context.shape(3)), info(context.dtype(4), context.shape(4))];
};

/** The second and third output are the statistics, with extent 1 from `axis` on. */
export const layerNormalization: Infer = (context) => {
  const x = context.shape(0);
  const axis = x && resolveAxis(context.int('axis', -1), x.length);
  const statistics = x?.map((d, i) => (i < (axis as number) ? d : 1));
  const dtype: DType | undefined = dtypeFromCode(context.int('stash_type', 1));
  return [info(context.dtype(0), x), info(dtype, statistics), info(dtype, statistics)];
};

/** A loss: log-probabilities or scores, labels and, optionally, class weights; 'none' keeps one loss per label. */
const loss: Infer = (context) => {
  const [x, labels] = [context.shape(0), context.shape(1)];
  const shape = context.string('reduction', 'mean') === 'none' ? (labels ?? (x && [x[0] as Dim, ...x.slice(2)])) : [];
  return [info(context.dtype(0), shape), info(context.dtype(0), x)];
};

export const NORMALIZATION: Readonly<Record<string, OperatorRow>> = {
  BatchNormalization: { infer: batchNormalization },
  InstanceNormalization: { infer: sameAsInput },
  GroupNormalization: { infer: sameAsInput },
  LayerNormalization: { infer: layerNormalization },
  RMSNormalization: { infer: sameAsInput },
  LRN: { infer: sameAsInput },
  LpNormalization: { infer: sameAsInput },
  MeanVarianceNormalization: { infer: sameAsInput },
  NegativeLogLikelihoodLoss: { infer: (c) => loss(c).slice(0, 1) },
  SoftmaxCrossEntropyLoss: { infer: loss },
};
