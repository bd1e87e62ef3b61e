import type { RgbImage } from '../image.ts';

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

/** Decoded pixels with alpha. */
export interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

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

/** The pixels without their alpha: the colours as stored, as PIL's convert('RGB') keeps them. */
export function withoutAlpha({ width, height, data }: Decoded): RgbImage {
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return { width, height, data };
}
