import type { DType } from '../../tensor/dtype.ts';
import type { Dim } from '../../tensor/shape.ts';
import { fromShape, type Infer, type InferContext, info, type OperatorRow, sameAsInput } from './context.ts';

const stringsOf = (c: InferContext, name: string): number => {
  const a = c.node.attributes[name];
  return a?.type === 'strings' ? a.value.length : 0;
};

/** Rows of a table: one for a single example given as a vector. */
const rowsOf = (c: InferContext): Dim | undefined => {
  const x = c.shape(0);
  return x && (x.length > 1 ? (x[0] as Dim) : 1);
};

const classifier =
  (ints: string, strings: string): Infer =>
  (c) => {
    const rows = rowsOf(c);
    const named = stringsOf(c, strings);
    const classes = named || c.ints(ints)?.length || c.unknown();
    return [
      info(named ? 'string' : 'int64', rows === undefined ? undefined : [rows]),
      info('float32', rows === undefined ? undefined : [rows, classes]),
    ];
  };

const regressor =
  (targets: string, dtype: (c: InferContext) => DType | undefined = () => 'float32'): Infer =>
  (c) => {
    const rows = rowsOf(c);
    return [info(dtype(c), rows === undefined ? undefined : [rows, c.int(targets, 1)])];
  };

const floatLikeInput: Infer = (c) => [info('float32', c.shape(0))];

const labelEncoder: Infer = (c) => {
  const a = c.node.attributes;
  const tensor = a.values_tensor?.type === 'tensor' ? a.values_tensor.value.dtype : undefined;
  const dtype = tensor ?? (a.values_int64s ? 'int64' : a.values_floats ? 'float32' : a.values_strings ? 'string' : undefined);
  return [info(dtype, c.shape(0))];
};

const categories = (c: InferContext): number => c.ints('cats_int64s')?.length ?? stringsOf(c, 'cats_strings');

const opaque: OperatorRow = { infer: () => [] };

export const CLASSICAL_ML: Readonly<Record<string, OperatorRow>> = {
  'ai.onnx.ml:ArrayFeatureExtractor': {
    infer: fromShape((x, c) => {
      const count = c.shape(1)?.at(-1) ?? c.unknown();
      return x.length > 1 ? [...x.slice(0, -1), count] : [1, count];
    }),
  },
  'ai.onnx.ml:Binarizer': { infer: sameAsInput },
  'ai.onnx.ml:CastMap': opaque,
  'ai.onnx.ml:CategoryMapper': { infer: (c) => [info(c.dtype(0) === 'string' ? 'int64' : 'string', c.shape(0))] },
  'ai.onnx.ml:DictVectorizer': opaque,
  'ai.onnx.ml:FeatureVectorizer': {
    infer: (c) => {
      const rows = rowsOf(c);
      const sizes = c.ints('inputdimensions');
      return [info('float32', rows === undefined || !sizes ? undefined : [rows, sizes.reduce((a, b) => a + b, 0)])];
    },
  },
  'ai.onnx.ml:Imputer': { infer: sameAsInput },
  'ai.onnx.ml:LabelEncoder': { infer: labelEncoder },
  'ai.onnx.ml:LinearClassifier': { infer: classifier('classlabels_ints', 'classlabels_strings') },
  'ai.onnx.ml:LinearRegressor': { infer: regressor('targets') },
  'ai.onnx.ml:Normalizer': { infer: floatLikeInput },
  'ai.onnx.ml:OneHotEncoder': { infer: (c) => [info('float32', c.shape(0) && [...(c.shape(0) ?? []), categories(c)])] },
  'ai.onnx.ml:SVMClassifier': {
    infer: (c) => [classifier('classlabels_ints', 'classlabels_strings')(c)[0] ?? {}, info('float32', undefined)],
  },
  'ai.onnx.ml:SVMRegressor': { infer: (c) => [info('float32', rowsOf(c) === undefined ? undefined : [rowsOf(c) as Dim, 1])] },
  'ai.onnx.ml:Scaler': { infer: floatLikeInput },
  'ai.onnx.ml:TreeEnsemble': { infer: regressor('n_targets', (c) => c.dtype(0)) },
  'ai.onnx.ml:TreeEnsembleClassifier': { infer: classifier('classlabels_int64s', 'classlabels_strings') },
  'ai.onnx.ml:TreeEnsembleRegressor': { infer: regressor('n_targets') },
  'ai.onnx.ml:ZipMap': opaque,
};
