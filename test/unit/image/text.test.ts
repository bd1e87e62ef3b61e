import { expect, it } from 'vitest';
import { drawText, textWidth } from '../../../src/image/text/text.ts';
import { maxDifference, readJson } from './fixtures.ts';

interface Line {
  readonly text: string;
  readonly width: number;
  readonly height: number;
  readonly gray: string;
}

const white = (width: number, height: number) => ({ width, height, data: new Uint8ClampedArray(width * height * 4).fill(255) });

it('letters are those of PIL, in 16 levels', () => {
  const { text, width, height, gray } = readJson<Line>('text');
  expect(textWidth(text)).toBe(width);
  const canvas = white(width, height);
  drawText(canvas, text, 0, 0);
  const reds = canvas.data.filter((_, i) => i % 4 === 0);
  expect(maxDifference(reds, Buffer.from(gray, 'base64'))).toBeLessThanOrEqual(9);
});

it('what lies outside of the canvas is left out, and an unknown letter is a question mark', () => {
  const [small, large] = [white(4, 4), white(40, 40)];
  drawText(large, '犬M', 3, 5);
  drawText(small, '犬M', -5, -3);
  const at = (x: number, y: number) => large.data[(y * 40 + x) * 4];
  for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) expect(small.data[(y * 4 + x) * 4]).toBe(at(x + 8, y + 8));
  const asked = white(40, 40);
  drawText(asked, '?M', 3, 5);
  expect(large).toEqual(asked);
});
