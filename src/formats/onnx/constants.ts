import type { Initializer, Node } from '../../graph/graph.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { fromNumbers } from '../../tensor/fromNumbers.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';

/**
 * The initializer that a Constant node stands for, named as its output.
 * @throws InspectumError 'corrupt' where the node has no value that could be read
 */
export function constantOf({ name, outputs, attributes: a }: Node, path: string): Initializer {
  const output = outputs[0] ?? '';
  if (a.value?.type === 'tensor') return { ...a.value.value, name: output };
  const value = typedValue(a);
  if (!value) throw new InspectumError('corrupt', `${path}: node ${name} (Constant) has no value.`);
  return { name: output, dtype: value.dtype, dims: value.dims, source: { kind: 'memory', tensor: value } };
}

function typedValue(a: Node['attributes']): Tensor | undefined {
  if (a.value_int?.type === 'int') return fromNumbers('int64', [], [a.value_int.value]);
  if (a.value_ints?.type === 'ints') return fromNumbers('int64', [a.value_ints.value.length], a.value_ints.value);
  if (a.value_float?.type === 'float') return fromNumbers('float32', [], [a.value_float.value]);
  if (a.value_floats?.type === 'floats') return fromNumbers('float32', [a.value_floats.value.length], a.value_floats.value);
  if (a.value_string?.type === 'string') return tensor('string', [], [a.value_string.value]);
  if (a.value_strings?.type === 'strings') return tensor('string', [a.value_strings.value.length], [...a.value_strings.value]);
  return undefined;
}
