/**
 * Runs ONNX's operator tests through the reader, the upgrade table, shape inference and the engine.
 *
 *   npm run nodetests -- FOLDER_OR_TGZ [--markdown FILE]
 *
 * Every folder with a model.onnx and a test_data_set_0 is a case. Prints the share that passes each stage and, by reason, the cases
 * that do not.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { markdownReport, textReport } from './nodeTests/report.ts';
import { runAll } from './nodeTests/runAll.ts';

/** Folders of cases below `root`, relative to it. */
function casesIn(root: string, below = ''): string[] {
  const entries = readdirSync(path.join(root, below), { withFileTypes: true });
  if (entries.some((entry) => entry.name === 'model.onnx')) return [below];
  return entries.filter((entry) => entry.isDirectory()).flatMap((entry) => casesIn(root, path.join(below, entry.name)));
}

function unpack(archive: string, into: string): void {
  const { status, stderr } = spawnSync('tar', ['-xzf', path.resolve(archive), '-C', into], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${archive} cannot be unpacked: ${stderr}`);
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { markdown: { type: 'string' } } });
const [given] = positionals;
if (given === undefined) throw new Error('usage: npm run nodetests -- FOLDER_OR_TGZ [--markdown FILE]');
const temporary = mkdtempSync(path.join(tmpdir(), 'inspectum-nodetests-'));
try {
  const isFolder = statSync(given).isDirectory();
  if (!isFolder) unpack(given, temporary);
  const root = isFolder ? path.resolve(given) : temporary;
  const outcomes = await runAll(root, casesIn(root));
  console.log(textReport(outcomes));
  if (values.markdown !== undefined) writeFileSync(values.markdown, markdownReport(outcomes));
} finally {
  rmSync(temporary, { recursive: true });
}
