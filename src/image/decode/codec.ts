/** What an Emscripten module of jSquash takes to start. */
interface Overrides {
  readonly noInitialRun: true;
  readonly locateFile: (path: string) => string;
  readonly printErr: (line: string) => void;
  readonly instantiateWasm: (imports: object, done: (instance: Instance) => void) => object;
}

interface Instance {
  readonly exports: object;
}

/** The part of the WebAssembly API that is used; the types of neither Node nor ES2023 have it. */
declare const WebAssembly: {
  compile(bytes: Uint8Array<ArrayBuffer>): Promise<object>;
  instantiate(module: object, imports: object): Promise<Instance>;
};

/** A decoder of jSquash: a function that starts a WebAssembly module. */
export type CodecFactory<M> = (overrides: Overrides) => Promise<M>;

/**
 * Starts codecs from bytes. Every start has its own memory: a large picture leaves none behind, and a decoder that aborted spoils
 * nothing.
 */
export function codec<M>(factory: CodecFactory<M>, bytes: Uint8Array<ArrayBuffer>): (printErr: (line: string) => void) => Promise<M> {
  let compiled: Promise<object> | undefined;
  return async (printErr) => {
    compiled ??= WebAssembly.compile(bytes);
    const module = await compiled;
    return await new Promise<M>((resolve, reject) => {
      const instantiateWasm: Overrides['instantiateWasm'] = (imports, done) => {
        WebAssembly.instantiate(module, imports).then(done, reject);
        return {};
      };
      factory({ noInitialRun: true, locateFile: (path) => path, printErr, instantiateWasm }).then(resolve, reject);
    });
  };
}
