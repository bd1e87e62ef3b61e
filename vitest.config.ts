import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const WASM_PREFIX = '\0wasm:';

/** A `.wasm` file's bytes as its default export, as esbuild's `binary` loader gives them in the bundles. */
const wasmBytes = {
  name: 'wasm-bytes',
  enforce: 'pre' as const,
  resolveId: (source: string, importer: string | undefined) =>
    source.endsWith('.wasm') && importer ? `${WASM_PREFIX}${createRequire(importer).resolve(source)}.js` : undefined,
  load: async (id: string) => {
    if (!id.startsWith(WASM_PREFIX)) return undefined;
    const base64 = await readFile(id.slice(WASM_PREFIX.length, -'.js'.length), 'base64');
    return `export default new Uint8Array(Buffer.from('${base64}', 'base64'));`;
  },
};

export default defineConfig({
  plugins: [wasmBytes],
  test: {
    include: ['test/{unit,parity,worker,webview,cli,corpus}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
  },
});
