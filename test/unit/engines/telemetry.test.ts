import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../../..');

/** Opens a session and waits until telemetry would have written its files. */
const SCRIPT = `
  const { onnxRuntime } = await import(${JSON.stringify(pathToFileURL(path.join(root, 'src/engines/onnxruntime/engine.ts')).href)});
  const { readModel } = await import(${JSON.stringify(pathToFileURL(path.join(root, 'src/formats/index.ts')).href)});
  await onnxRuntime.createSession(readModel(${JSON.stringify(path.join(root, 'samples/shapes.onnx'))}).graph);
  await new Promise((resolve) => setTimeout(resolve, 1500));
`;

test('ONNX Runtime reports nothing: it leaves no file in the home, cache and temporary folders', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'inspectum-home-'));
  try {
    const { ORT_DISABLE_TELEMETRY: _, ...inherited } = process.env;
    const folders = Object.fromEntries(
      ['HOME', 'USERPROFILE', 'LOCALAPPDATA', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'TMPDIR', 'TEMP', 'TMP'].map((name) => [name, home]),
    );
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
      env: { ...inherited, ...folders },
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(readdirSync(home, { recursive: true })).toEqual([]);
  } finally {
    rmSync(home, { recursive: true });
  }
});
