import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { InspectumError } from '../../../src/tensor/errors.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/models/', import.meta.url));

/** The path of a file made by test/fixtures/models/make.py. */
export const fixture = (name: string): string => path.join(FIXTURES, name);

export const expected = JSON.parse(readFileSync(fixture('expected.json'), 'utf8'));

/** An empty folder, gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'inspectum-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What `act` throws, as an InspectumError; anything else is a failure of the test. */
export function refusal(act: () => unknown): InspectumError {
  try {
    act();
  } catch (error) {
    if (error instanceof InspectumError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
