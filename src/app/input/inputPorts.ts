import type { Port } from '../../graph/graph.ts';
import type { InputSource } from '../../protocol/inputs.ts';
import type { InputPort } from '../../protocol/model.ts';
import { formatShape, isStatic } from '../../tensor/shape.ts';
import { sizeOf } from '../../tensor/tensor.ts';
import { imagePort, type ResolvedInput } from './convention.ts';

interface Habit {
  /** Of the input's name. */
  readonly name: RegExp;
  /** Only where it has one element. */
  readonly single?: true;
  readonly value: number;
}

/** What inputs of such names are usually given when a network is only looked at. */
const HABITS: readonly Habit[] = [
  { name: /(^|_)(is_?)?train(ing)?(_?(mode|phase))?$/i, single: true, value: 0 },
  { name: /keep_?prob/i, single: true, value: 1 },
  { name: /drop(out|_?rate)/i, single: true, value: 0 },
  { name: /(iou|nms)\w*thresh/i, single: true, value: 0.5 },
  { name: /(score|conf\w*)_?thresh/i, single: true, value: 0.25 },
  { name: /max_?(output|det|box)/i, single: true, value: 100 },
  { name: /(temperature|strength|scale(_?factor)?)$/i, single: true, value: 1 },
  { name: /mask$/i, value: 1 },
  { name: /token_type_ids$/i, value: 0 },
];
const SIZE = /(^|_)(image|img|im|orig\w*|target|input)s?_?(size|shape|hw)s?$/i;

/** What is shown of an input. @param shape as it is shown @param image how the model takes an image */
export function inputPort(port: Port, shape: Port['shape'], image: ResolvedInput | undefined): InputPort {
  const takes = imagePort([port]) ? 'image' : 'array';
  const suggestion = takes === 'array' ? suggestionFor(port, image) : undefined;
  return {
    name: port.name,
    dtype: port.dtype ?? 'unknown',
    shape: shape ? formatShape(shape) : 'unknown',
    takes,
    ...(suggestion && { suggestion }),
  };
}

function suggestionFor({ name, shape }: Port, image: ResolvedInput | undefined): InputSource | undefined {
  const dims = shape?.slice(typeof shape[0] === 'string' ? 1 : 0);
  // a number fills only what has a known size
  if (!dims || !isStatic(dims)) return undefined;
  const isSingle = sizeOf(dims) === 1;
  const habit = HABITS.find((one) => one.name.test(name) && (isSingle || !one.single));
  if (habit) return { kind: 'constant', value: habit.value };
  const [height, width] = image?.size ?? [];
  return SIZE.test(name) && height !== undefined && height === width ? { kind: 'constant', value: height } : undefined;
}
