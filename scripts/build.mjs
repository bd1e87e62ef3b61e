// Bundles the programs into dist/, with ONNX Runtime beside them.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import * as esbuild from 'esbuild';
import { bundles } from './lib/bundles.mjs';
import { inProject as at } from './lib/project.mjs';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

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
  for (const notice of ['LICENSE', 'ThirdPartyNotices.txt']) cpSync(at('scripts/notices/onnxruntime-node', notice), path.join(to, notice));
  const commonTo = at('dist/node_modules/onnxruntime-common');
  mkdirSync(commonTo, { recursive: true });
  cpSync(path.join(common, 'package.json'), path.join(commonTo, 'package.json'));
  cpSync(path.join(common, 'dist/cjs'), path.join(commonTo, 'dist/cjs'), { recursive: true, filter: forRunning });
}

const contexts = await Promise.all(bundles(production).map((options) => esbuild.context(options)));
rmSync(at('dist'), { recursive: true, force: true });
copyOnnxRuntime();
await Promise.all(contexts.map((c) => c.rebuild()));
if (watch) await Promise.all(contexts.map((c) => c.watch()));
else await Promise.all(contexts.map((c) => c.dispose()));
