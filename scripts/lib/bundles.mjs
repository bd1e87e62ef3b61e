// The four programs: extension, worker, cli (node20, CommonJS) and the webview (browser), as esbuild makes them.
import { root } from './project.mjs';

/**
 * @param {boolean} production minified and without source maps
 * @returns {import('esbuild').BuildOptions[]}
 */
export function bundles(production) {
  /** @satisfies {import('esbuild').BuildOptions} */
  const shared = {
    absWorkingDir: root,
    bundle: true,
    outdir: 'dist',
    logLevel: /** @type {const} */ ('warning'),
    minify: production,
    sourcemap: production ? false : /** @type {const} */ ('linked'),
  };
  return [
    {
      ...shared,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      entryPoints: { extension: 'src/extension/extension.ts', worker: 'src/worker/worker.ts', cli: 'src/cli/cli.ts' },
      external: ['vscode', 'onnxruntime-node'],
      loader: { '.wasm': 'binary' },
    },
    {
      ...shared,
      platform: 'browser',
      target: 'es2022',
      format: 'iife',
      entryPoints: { webview: 'webview/main.tsx' },
      jsx: 'automatic',
      jsxImportSource: 'preact',
    },
  ];
}
