import path from 'node:path';
import { readJson } from '../files/textFile.ts';
import { isPositiveInteger, isRecord } from './json.ts';
import type { Said } from './said.ts';

/** A Teachable Machine's metadata.json; undefined for what other tools call so. */
export function teachableMachine(file: string): Said | undefined {
  let json: unknown;
  try {
    json = readJson(file);
  } catch {
    return undefined;
  }
  if (!isRecord(json)) return undefined;
  const { labels, imageSize, grayscale } = json;
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string')) return undefined;
  const where = path.basename(file);
  return {
    origin: { from: 'file', where, strict: false },
    input: {
      ...(isPositiveInteger(imageSize) && { size: [imageSize, imageSize] as const }),
      ...(grayscale === true && { channels: 'L' as const }),
      fit: 'shorter-side',
      range: [-1, 1],
    },
    names: { names: labels, source: where, binding: false },
    output: 'probabilities',
    files: [file],
  };
}
