import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../../src/image', import.meta.url));

it('everything but decoding is bundled for a browser, without a module of Node', async () => {
  const entryPoints = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
  expect(entryPoints.length).toBeGreaterThan(8);
  const { metafile } = await build({
    entryPoints,
    bundle: true,
    write: false,
    outdir: 'out',
    platform: 'browser',
    metafile: true,
    logLevel: 'silent',
  });
  expect(Object.keys(metafile.inputs).filter((path) => path.includes('image/decode/') || path.includes('@jsquash'))).toEqual([]);
});
