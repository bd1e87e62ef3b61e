// Bundles the four programs into dist/: extension, worker, cli (node20, CommonJS) and the webview (browser).
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
/** @param {string[]} parts */
const at = (...parts) => path.join(root, ...parts);
const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** @satisfies {esbuild.BuildOptions} */
const shared = {
  absWorkingDir: root,
  bundle: true,
  outdir: 'dist',
  logLevel: /** @type {const} */ ('warning'),
  minify: production,
  sourcemap: production ? false : /** @type {const} */ ('linked'),
};

/** WebGPU's shader compilers, and macOS's second copy of the library under its full version. */
const UNUSED_LIBRARY = /dxcompiler\.dll$|dxil\.dll$|libonnxruntime\.\d+\.\d+\.\d+\.dylib$/;

/** @param {string} file */
const forRunning = (file) => !/\.(map|d\.ts)$/.test(file);

/** Native code cannot be bundled: it is copied beside the bundles and required from there. */
function copyOnnxRuntime() {
  const require = createRequire(import.meta.url);
  const node = path.dirname(path.dirname(require.resolve('onnxruntime-node')));
  const common = path.resolve(path.dirname(require.resolve('onnxruntime-common')), '../..');
  const target = process.env.INSPECTUM_TARGET ?? `${process.platform}-${process.arch}`;
  const [platform = '', arch = ''] = target.split('-');
  const to = at('dist/node_modules/onnxruntime-node');
  rmSync(at('dist/node_modules'), { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  cpSync(path.join(node, 'package.json'), path.join(to, 'package.json'));
  cpSync(path.join(node, 'dist'), path.join(to, 'dist'), { recursive: true, filter: forRunning });
  const bin = path.join('bin/napi-v6', platform, arch);
  cpSync(path.join(node, bin), path.join(to, bin), { recursive: true, dereference: true, filter: (f) => !UNUSED_LIBRARY.test(f) });
  const commonTo = at('dist/node_modules/onnxruntime-common');
  mkdirSync(commonTo, { recursive: true });
  cpSync(path.join(common, 'package.json'), path.join(commonTo, 'package.json'));
  cpSync(path.join(common, 'dist/cjs'), path.join(commonTo, 'dist/cjs'), { recursive: true, filter: forRunning });
}

const contexts = await Promise.all([
  esbuild.context({
    ...shared,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    entryPoints: { extension: 'src/extension/extension.ts', worker: 'src/worker/worker.ts', cli: 'src/cli/cli.ts' },
    external: ['vscode', 'onnxruntime-node'],
    loader: { '.wasm': 'binary' },
  }),
  esbuild.context({
    ...shared,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    entryPoints: { webview: 'webview/main.tsx' },
    jsx: 'automatic',
    jsxImportSource: 'preact',
  }),
]);
rmSync(at('dist'), { recursive: true, force: true });
copyOnnxRuntime();
await Promise.all(contexts.map((c) => c.rebuild()));
if (watch) await Promise.all(contexts.map((c) => c.watch()));
else await Promise.all(contexts.map((c) => c.dispose()));
