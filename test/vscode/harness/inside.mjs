// Runs test/vscode/suite inside the extension host of VS Code: node test/vscode/harness/inside.mjs
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runTests } from '@vscode/test-electron';
import * as esbuild from 'esbuild';
import { onInterrupt } from '../../../scripts/lib/processes.mjs';
import { inProject, root } from '../../../scripts/lib/project.mjs';
import { nameOf, pickVSCode } from '../../../scripts/toolchain/vscode.mjs';
import { createProfile, temporaryFolder } from './profile.mjs';

const suites = inProject('test/vscode/suite');
const bundled = inProject('out/suite');
const resultFile = inProject('out/results/inside.json');
const codeShim = fileURLToPath(new URL('codeShim.mjs', import.meta.url));

/** VS Code wants CommonJS in real .js files. */
async function bundle() {
  rmSync(bundled, { recursive: true, force: true });
  mkdirSync(bundled, { recursive: true });
  writeFileSync(path.join(bundled, 'package.json'), '{"type":"commonjs"}\n');
  const entryPoints = readdirSync(suites).filter((name) => name === 'index.ts' || name.endsWith('.test.ts'));
  await esbuild.build({
    absWorkingDir: suites,
    entryPoints,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outdir: bundled,
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
  });
}

/**
 * A network of 178 MB, which has the layers of ResNet-101.
 * @param {string} file
 */
async function writeLargeModel(file) {
  const outfile = path.join(bundled, 'residualNetwork.mjs');
  const tool = inProject('test/tools/residualNetwork.ts');
  await esbuild.build({ entryPoints: [tool], bundle: true, platform: 'node', format: 'esm', outfile });
  /** @type {typeof import('../../tools/residualNetwork.ts')} */
  const { writeResidualNetwork } = await import(pathToFileURL(outfile).href);
  writeResidualNetwork(file, { depths: [3, 4, 23, 3], size: 224, classes: 1000 });
}

/**
 * VS Code's exit code is 0 when its extension host dies, so what the suite wrote at its end is what counts.
 * @throws {Error} unless every test ran and passed
 */
function checkResult() {
  /** @type {import('../suite/index.ts').Result} */
  let result;
  try {
    result = JSON.parse(readFileSync(resultFile, 'utf8'));
  } catch {
    throw new Error('The suite inside VS Code did not run to its end.');
  }
  if (result.failed > 0 || result.passed === 0) throw new Error(`Inside VS Code: ${result.passed} passed, ${result.failed} failed.`);
}

onInterrupt();
await bundle();
mkdirSync(path.dirname(resultFile), { recursive: true });
rmSync(resultFile, { force: true });
const vscode = await pickVSCode();
const profile = createProfile();
const workspace = temporaryFolder();
cpSync(inProject('samples'), workspace.folder, { recursive: true });
await writeLargeModel(path.join(workspace.folder, 'large.onnx'));
let passed = false;
try {
  await runTests({
    vscodeExecutablePath: vscode.kind === 'desktop' ? vscode.executable : codeShim,
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(bundled, 'index.js'),
    extensionTestsEnv: { ...profile.env, INSPECTUM_VSCODE: nameOf(vscode), INSPECTUM_RESULT: resultFile },
    launchArgs: [workspace.folder, '--user-data-dir', profile.data, '--extensions-dir', profile.extensions, '--disable-telemetry'],
  });
  checkResult();
  passed = true;
} finally {
  workspace.remove();
  if (passed) profile.remove();
  else console.error(`VS Code's logs: ${profile.logs}`);
}
