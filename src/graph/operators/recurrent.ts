import type { Dim } from '../../tensor/shape.ts';
import { type Infer, info, type OperatorRow } from './context.ts';

/** RNN, GRU and LSTM: all hidden states, the last hidden state and, for an LSTM, the last cell state. */
const recurrent: Infer = (c) => {
  const [x, weight, r] = [c.shape(0), c.shape(1), c.shape(2)];
  const dtype = c.dtype(0);
  const hidden = c.int('hidden_size', 0) || r?.[2];
  if (!x || hidden === undefined) return [info(dtype, undefined), info(dtype, undefined), info(dtype, undefined)];
  const directions = weight?.[0] ?? (c.string('direction', 'forward') === 'bidirectional' ? 2 : 1);
  const batchFirst = c.int('layout', 0) !== 0;
  const [steps, batch] = (batchFirst ? [x[1], x[0]] : [x[0], x[1]]) as [Dim, Dim];
  const all = batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden];
  const last = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  return [info(dtype, all), info(dtype, last), info(dtype, last)];
};

export const RECURRENT: Readonly<Record<string, OperatorRow>> = {
  RNN: { infer: recurrent },
  GRU: { infer: recurrent },
  LSTM: { infer: recurrent },
};
