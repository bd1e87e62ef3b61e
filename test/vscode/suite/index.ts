// The entry that VS Code runs inside its extension host: every *.test.js beside it, with mocha.
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

/** What is left in the file that INSPECTUM_RESULT names; the file is there only if every test has ended. */
export interface Result {
  passed: number;
  failed: number;
}

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, forbidOnly: true, forbidPending: true, color: false });
  for (const name of readdirSync(__dirname)) if (name.endsWith('.test.js')) mocha.addFile(path.join(__dirname, name));
  const result = await new Promise<Result>((resolve) => {
    const runner = mocha.run((failed) => resolve({ passed: runner.stats?.passes ?? 0, failed }));
  });
  const file = process.env.INSPECTUM_RESULT;
  if (!file) throw new Error('INSPECTUM_RESULT names no file.');
  writeFileSync(file, JSON.stringify(result));
  if (result.failed > 0) throw new Error(`${result.failed} failed`);
}
