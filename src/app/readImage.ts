import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { decodeImage } from '../image/decode.ts';
import { preprocess } from '../image/preprocess.ts';
import type { InputImage } from '../protocol/model.ts';
import { InspectumError } from '../tensor/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Model } from './model.ts';

export type ImageSource = { readonly path: string } | { readonly name: string; readonly bytes: Uint8Array };

const MAX_FILE_BYTES = 256 * 2 ** 20;

/** An image made ready for a model: the tensor to feed, and what is shown of it. */
export interface PreparedImage {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly image: InputImage;
}
