import { broadcastInputs } from './broadcast.ts';
import { type Infer, info, type OperatorRow } from './context.ts';

const tfIdf: Infer = (c) => {
  const x = c.shape(0);
  const size = Math.max(-1, ...(c.ints('ngram_indexes') ?? [])) + 1;
  return [info('float32', x && [...x.slice(0, -1), size])];
};

const stringNormalizer: Infer = (c) => {
  const x = c.shape(0);
  return [info('string', x && [...x.slice(0, -1), c.unknown()])];
};

const stringSplit: Infer = (c) => {
  const x = c.shape(0);
  return [info('string', x && [...x, c.unknown()]), info('int64', x)];
};

/** Sequences, optionals and maps have no shape of their own; what is taken out of them is known when the model runs. */
const opaque: OperatorRow = { infer: () => [] };

export const TEXT_AND_SEQUENCES: Readonly<Record<string, OperatorRow>> = {
  RegexFullMatch: { infer: (c) => [info('bool', c.shape(0))] },
  StringConcat: { infer: (c) => [info('string', broadcastInputs(c))] },
  StringNormalizer: { infer: stringNormalizer },
  StringSplit: { infer: stringSplit },
  TfIdfVectorizer: { infer: tfIdf },
  ConcatFromSequence: opaque,
  Optional: opaque,
  OptionalGetElement: opaque,
  OptionalHasElement: { infer: () => [info('bool', [])] },
  SequenceAt: opaque,
  SequenceConstruct: opaque,
  SequenceEmpty: opaque,
  SequenceErase: opaque,
  SequenceInsert: opaque,
  SequenceLength: { infer: () => [info('int64', [])] },
  SequenceMap: opaque,
  SplitToSequence: opaque,
};
