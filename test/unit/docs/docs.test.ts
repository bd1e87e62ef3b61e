import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readConfiguration } from '../../../src/app/settings/configuration.ts';
import { FORMATS } from '../../../src/formats/index.ts';

const root = path.join(import.meta.dirname, '../../..');

test.each(['docs.mjs', 'notices.mjs'])('%s has nothing to change', (script) => {
  const { status, stderr } = spawnSync(process.execPath, [path.join(root, 'scripts', script), '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test("the README's inspectum.json is one, and its table has every field", () => {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const example = /```json\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const folder = mkdtempSync(path.join(tmpdir(), 'inspectum-docs-'));
  try {
    const file = path.join(folder, 'inspectum.json');
    writeFileSync(file, example);
    const { input, names, output } = readConfiguration(path.join(folder, 'model.onnx'), { config: file });
    expect({ input, labels: names[0]?.names, output }).toEqual(JSON.parse(example));
    writeFileSync(file, '{"input": {"?": 0}}');
    const known = fieldsIn(() => readConfiguration(path.join(folder, 'model.onnx'), { config: file }));
    expect(new Set(Object.keys(input))).toEqual(new Set(known));
    for (const field of known) expect(readme).toMatch(new RegExp(`^\\|.*\`${field}\`.*\\|.*\\|.*\\|$`, 'm'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The fields that the message about an unknown one lists. */
function fieldsIn(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    return /Its fields are: (.*)\./.exec((error as Error).message)?.[1]?.split(', ') ?? [];
  }
  throw new Error('an unknown field was accepted');
}

test('the extension opens files of every ending that is read', () => {
  const { contributes } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const patterns = contributes.customEditors.flatMap((editor: { selector: { filenamePattern: string }[] }) =>
    editor.selector.map(({ filenamePattern }) => filenamePattern),
  );
  const menus: { command: string; when: string }[] = contributes.menus['explorer/context'];
  for (const extension of Object.values(FORMATS).flatMap((format) => format.extensions)) {
    expect(patterns).toContain(`*${extension}`);
    for (const { when } of menus) expect(new RegExp(/=~ \/(.*)\/i$/.exec(when)?.[1] ?? '', 'i').test(extension), when).toBe(true);
  }
});

test('every link and picture of the documents leads to a file', () => {
  for (const document of [
    'README.md',
    'CONTRIBUTING.md',
    'docs/formats-onnx.md',
    'docs/methods.md',
    'docs/images.md',
    'docs/dependencies.md',
  ]) {
    const text = readFileSync(path.join(root, document), 'utf8');
    const targets = [...text.matchAll(/\]\(([^)#]+)/g)].map((match) => match[1] as string).filter((target) => !/^https?:/.test(target));
    for (const target of targets) expect(() => readFileSync(path.join(root, path.dirname(document), target)), target).not.toThrow();
  }
});
