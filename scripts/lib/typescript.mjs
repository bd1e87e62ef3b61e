// node --import ./scripts/lib/typescript.mjs FILE.ts: runs the sources as they are on every Node from 20, `.wasm` files as their bytes.
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { transform } from 'esbuild';

// hooks run in a thread of their own, which loads this file again
if (isMainThread) register(import.meta.url);

/** @type {import('node:module').LoadHook} */
export async function load(url, context, next) {
  const read = (/** @type {BufferEncoding} */ encoding) => readFile(new URL(url), encoding);
  const module = (/** @type {string} */ source) => ({ format: /** @type {const} */ ('module'), shortCircuit: true, source });
  if (url.endsWith('.wasm')) return module(`export default Uint8Array.from(atob('${await read('base64')}'), (c) => c.charCodeAt(0));`);
  if (url.endsWith('.ts')) {
    const { code } = await transform(await read('utf8'), { loader: 'ts', target: 'node20', sourcemap: 'inline', sourcefile: url });
    return module(code);
  }
  return next(url, context);
}
