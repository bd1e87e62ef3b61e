import { expect, test } from 'vitest';
import { statusLine } from '../../src/cli/status.ts';

/** What is written to a stream of some width. */
function written(quiet: boolean, isTTY: boolean, ...texts: string[]): string {
  let all = '';
  const write = (text: string | Uint8Array): boolean => {
    all += String(text);
    return true;
  };
  const status = statusLine(quiet, { isTTY, columns: 20, write });
  for (const text of texts) status(text);
  return all;
}

test('on a terminal each line takes the place of the one before, and is cut to its width', () => {
  expect(written(false, true, 'reading', 'a line that is much too long', '')).toBe('\r\x1b[Kreading\r\x1b[Ka line that is much\r\x1b[K');
});

test('elsewhere, or when told to be quiet, nothing is said', () => {
  expect(written(false, false, 'reading')).toBe('');
  expect(written(true, true, 'reading')).toBe('');
});
