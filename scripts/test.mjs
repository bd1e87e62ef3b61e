// npm test: everything, in order. node scripts/test.mjs STEP... runs some of the steps (see STEPS).
import { existsSync, readFileSync, rmSync } from 'node:fs';
import process from 'node:process';
import { onInterrupt, runNode } from './lib/processes.mjs';
import { commandOf, inProject, root } from './lib/project.mjs';
import { nameOf, pickVSCode } from './toolchain/vscode.mjs';

/**
 * @typedef {{ passed: number, failed: number }} Count
 * @typedef {{ name: string, minutes: number, commands: string[][], result?: string, count?: (report: any) => Count }} Step
 *   `result`: the file in which the step leaves what it counted
 */

const results = (/** @type {string} */ name) => inProject('out/results', `${name}.json`);

/**
 * @param {string} name
 * @param {string} config
 * @param {number} minutes
 * @returns {Step}
 */
function vitest(name, config, minutes) {
  const result = results(name);
  const flags = ['run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${result}`];
  return { name, minutes, commands: [[commandOf('vitest'), ...flags]], result, count: countVitest };
}

/**
 * A file that does not load and a test that was skipped count as failed.
 * @param {any} report
 * @returns {Count}
 */
function countVitest(report) {
  const broken = report.testResults.filter((/** @type {any} */ file) => file.status === 'failed' && file.assertionResults.length === 0);
  const notRun = report.numPendingTests + report.numTodoTests;
  return { passed: report.numPassedTests, failed: report.numFailedTests + notRun + broken.length };
}

const tsc = commandOf('typescript', 'tsc');

/** @type {Step[]} */
const STEPS = [
  { name: 'lint', minutes: 3, commands: [[commandOf('@biomejs/biome'), 'check', '.']] },
  {
    name: 'types',
    minutes: 3,
    commands: ['tsconfig.json', 'webview/tsconfig.json', 'test/webview/tsconfig.json', 'scripts/tsconfig.json'].map((project) => [
      tsc,
      '-p',
      project,
    ]),
  },
  { name: 'build', minutes: 2, commands: [['scripts/build.mjs', '--production']] },
  vitest('suites', 'vitest.config.ts', 18),
  { name: 'package', minutes: 3, commands: [['scripts/package.mjs']] },
  vitest('workbench', 'test/vscode/vitest.config.mjs', 9),
  { name: 'inside', minutes: 4, commands: [['test/vscode/harness/inside.mjs']], result: results('inside'), count: (report) => report },
];

/**
 * @param {Step} step
 * @returns {Promise<Count>}
 */
async function perform({ name, minutes, commands, result, count }) {
  console.log(`\n── ${name}`);
  const began = performance.now();
  if (result) rmSync(result, { force: true });
  let ok = true;
  for (const command of commands)
    await runNode(command, { cwd: root, minutes }).catch((error) => {
      ok = false;
      console.error(error.message);
    });
  const counted = result && count && existsSync(result) ? count(JSON.parse(readFileSync(result, 'utf8'))) : { passed: 0, failed: 0 };
  // a step that broke counts as one failure at least, and so does a suite in which nothing passed
  const broken = !ok || (result !== undefined && counted.passed === 0);
  const failed = Math.max(counted.failed, broken ? 1 : 0);
  console.log(`── ${name}: ${failed > 0 ? 'FAILED' : 'ok'}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
  return { passed: counted.passed, failed };
}

onInterrupt();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) throw new Error(`There is no step ${unknown.join(', ')}; there are ${STEPS.map(({ name }) => name).join(', ')}.`);

const vscode = await pickVSCode();
process.env.INSPECTUM_VSCODE = nameOf(vscode);
if (vscode.kind === 'code-server') process.env.CHROMIUM = vscode.chromium;
console.log(`VS Code: ${nameOf(vscode)}`);

const total = { passed: 0, failed: 0 };
for (const step of STEPS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const { passed, failed } = await perform(step);
  total.passed += passed;
  total.failed += failed;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);
