import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { settled } from '../../../src/extension/settled.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'inspectum-settled-'));
afterAll(() => rmSync(folder, { recursive: true }));
const never = new AbortController().signal;

test('a file that grows is waited for until its last byte', async () => {
  const file = path.join(folder, 'growing.onnx');
  writeFileSync(file, 'a');
  let written = 1;
  const waiting = settled(file, 120, never).then((isThere) => ({ isThere, written }));
  for (; written < 6; written++) {
    await setTimeout(60);
    appendFileSync(file, 'a');
  }
  expect(await waiting).toEqual({ isThere: true, written: 6 });
});

test('a file that is replaced counts when it is there again, one that was deleted does not', async () => {
  const file = path.join(folder, 'replaced.onnx');
  writeFileSync(file, 'a');
  const replaced = settled(file, 100, never);
  rmSync(file);
  await setTimeout(50);
  writeFileSync(file, 'b');
  expect(await replaced).toBe(true);
  const deleted = settled(file, 50, never);
  rmSync(file);
  expect(await deleted).toBe(false);
});

test('waiting ends when nobody wants to know any more', async () => {
  const file = path.join(folder, 'file');
  writeFileSync(file, 'a');
  const controller = new AbortController();
  const waiting = settled(file, 60_000, controller.signal);
  controller.abort();
  expect(await waiting).toBe(false);
});
