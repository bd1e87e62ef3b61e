import { expect, test } from 'vitest';
import { spelled, unspelled } from '../../../src/protocol/numbers.ts';

test('a message is the same after JSON, NaN and infinities too; buffers are not copied', () => {
  const message = { a: [1, Number.NaN, null, { b: Number.POSITIVE_INFINITY, c: -0.5 }], d: 'NaN', e: Number.NEGATIVE_INFINITY };
  expect(unspelled(JSON.parse(JSON.stringify(spelled(message))))).toEqual(message);
  const { data } = spelled({ data: Float32Array.of(Number.NaN) }) as { data: Float32Array };
  expect(data).toEqual(Float32Array.of(Number.NaN));
  const { buffer } = new Float32Array(2);
  expect((spelled({ buffer }) as { buffer: ArrayBuffer }).buffer).toBe(buffer);
});
