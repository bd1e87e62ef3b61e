import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { readNpy } from '../../src/tensor/npy.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MODELS = 'test/fixtures/models/';

/** Paths as a person in the project's folder writes them. */
export const fixture = (name: string): string => MODELS + name;
export const SHAPES = 'samples/shapes.onnx';
export const HOUSE = 'samples/images/house.jpg';
export const IMAGE = fixture('image.npy');
export const expected = JSON.parse(readFileSync(path.join(ROOT, fixture('expected.json')), 'utf8'));

/** The Nodes of this machine: the one of the npm package, and the one that a person has on the path. */
export const NODES: readonly (readonly [string, string])[] = [bundledNode(), ownNode()]
  .filter((file) => file !== undefined)
  .map((file) => [execFileSync(file, ['--version'], { encoding: 'utf8' }).trim(), file]);

function bundledNode(): string {
  const folder = path.dirname(createRequire(import.meta.url).resolve('node/package.json'));
  return path.join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

function ownNode(): string | undefined {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => !folder.includes('node_modules'));
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the running process. */
  readonly during?: (child: ChildProcess) => void;
}

let bundle = '';

/** Bundles the command line as scripts/build.mjs does, where the project's modules are found; once per file of tests. */
export function buildProgram(): void {
  beforeAll(async () => {
    const cache = path.join(ROOT, 'node_modules/.cache');
    mkdirSync(cache, { recursive: true });
    bundle = path.join(mkdtempSync(path.join(cache, 'inspectum-cli-')), 'cli.cjs');
    await build({
      absWorkingDir: ROOT,
      entryPoints: ['src/cli/cli.ts'],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      external: ['onnxruntime-node'],
      loader: { '.wasm': 'binary' },
    });
  });
  afterAll(() => rmSync(path.dirname(bundle), { recursive: true, force: true }));
}

/** `inspectum …` in the project's folder. */
export function inspectum(args: readonly string[], { node = bundledNode(), env = {}, during }: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [bundle, ...args], { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject).on('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
    during?.(child);
  });
}

/** What a successful run prints; a failed one is a failure of the test, with its own words. */
export async function printed(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await inspectum(args, options);
  if (status !== 0 || stderr !== '') throw new Error(`inspectum ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** What `… --json` prints. */
export const json = async (...args: string[]) => JSON.parse(await printed([...args, '--json']));

/** The array in a file. */
export const npy = (file: string) => readNpy(readFileSync(file), file);

/** The one line that a failed run says, without the program's name. */
export async function complaint(args: readonly string[], status: 1 | 2): Promise<string> {
  const outcome = await inspectum(args);
  const [line = '', ...more] = outcome.stderr.trimEnd().split('\n');
  if (outcome.status !== status || more.length > 0 || outcome.stdout !== '' || !line.startsWith('inspectum: '))
    throw new Error(`inspectum ${args.join(' ')}: ${JSON.stringify(outcome)}`);
  return line.slice('inspectum: '.length);
}

/** An empty folder, gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(ROOT, 'node_modules/.cache/inspectum-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
