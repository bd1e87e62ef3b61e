import { describe, expect, it } from 'vitest';
import { type InterpolateMode, interpolate } from '../../../src/image/interpolate.ts';
import { floatsOf, maxDifference, readJson } from './fixtures.ts';

interface Case {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly mode: InterpolateMode;
  readonly data: string;
  readonly every: number;
  readonly out: string;
}

const size = ([height, width]: readonly [number, number]) => ({ height, width });

describe("interpolate is PyTorch's F.interpolate", () => {
  it.each(readJson<readonly Case[]>('interpolate').map((c) => [c.from.join('×'), c.to.join('×'), c.mode, c] as const))(
    '%s to %s, %s',
    (_f, _t, mode, c) => {
      const out = interpolate(floatsOf(c.data), size(c.from), size(c.to), mode);
      expect(
        maxDifference(
          out.filter((_, i) => i % c.every === 0),
          floatsOf(c.out),
        ),
      ).toBeLessThan(1e-6);
    },
  );

  it('refuses a count that is not that of the size', () => {
    expect(() => interpolate(new Float32Array(5), { width: 2, height: 3 }, { width: 4, height: 4 }, 'nearest')).toThrow(RangeError);
    expect(() => interpolate(new Float32Array(6), { width: 2, height: 3 }, { width: 0, height: 4 }, 'nearest')).toThrow(RangeError);
  });
});
