import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { namesFromFile } from '../../../../src/app/labels/classNames.ts';
import { modelMetadata } from '../../../../src/app/settings/modelMetadata.ts';
import { truthOf } from '../../../../src/app/target/truth.ts';
import { InspectumError } from '../../../../src/tensor/errors.ts';
import { temporaryFolder } from '../../formats/models.ts';

const LONG = 2_000_000;
const spaces = ' '.repeat(LONG);

/** Whatever stands beside a model is read in time that grows with its length, and refused in words or not at all. */
function inTime(act: () => unknown): void {
  const started = performance.now();
  try {
    act();
  } catch (error) {
    if (!(error instanceof InspectumError)) throw error;
  }
  expect(performance.now() - started).toBeLessThan(10_000);
}

const FILES: readonly (readonly [string, string])[] = [
  ['quotes.yaml', `names: [${"'".repeat(LONG)}`],
  ['spaces.yaml', `names:\n  a${spaces}b\n`],
  ['comments.yaml', `names:\n  - ${'" #'.repeat(LONG / 3)}`],
  ['deep.yaml', `names: ${'['.repeat(LONG)}`],
  ['quotes.csv', `a${'"'.repeat(LONG)}`],
  ['open.csv', `"${',\n'.repeat(LONG / 2)}`],
  ['columns.csv', ','.repeat(LONG)],
  ['spaces.txt', `0${spaces}x\u2028y`],
  ['synset.txt', `n01440764${spaces}x\u2028y`],
  ['literal.txt', `{${"0:'',".repeat(LONG / 5)}`],
  ['escapes.txt', `['${'\\u'.repeat(LONG / 2)}']`],
  ['deep.json', '['.repeat(LONG)],
];

test.each(FILES)('%s', (name, content) => {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, content);
  inTime(() => namesFromFile(file));
});

test.each(['names', 'imgsz', 'mean', 'Image.BitmapPixelFormat'])('metadata: %s', (key) => {
  for (const value of [spaces, `a${spaces}b`, `[${spaces}`, '['.repeat(LONG)]) inTime(() => modelMetadata(new Map([[key, value]])));
});

test('a file of labels with a line for every class', () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'labels.csv'), Array.from({ length: 200_000 }, (_, i) => `x.png,${i}\n`).join(''));
  const names = Array.from({ length: 10_000 }, (_, i) => `name, ${i}`);
  inTime(() => expect(truthOf(path.join(folder, 'x.png'), { names, classes: names.length })).toBeUndefined());
});
