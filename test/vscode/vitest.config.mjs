import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// One VS Code at a time: each file of tests starts its own.
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/vscode/workbench/*.test.mjs'],
    fileParallelism: false,
    testTimeout: 120_000,
  },
});
