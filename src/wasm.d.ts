/** A WebAssembly file's bytes: esbuild's `binary` loader in the bundles, a plugin of vitest.config.ts in tests. */
declare module '*.wasm' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
