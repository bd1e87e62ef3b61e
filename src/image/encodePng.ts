import { encode } from 'fast-png';
import type { Size } from './image.ts';

/** A PNG file of RGBA pixels (8 bits, not premultiplied). */
export const encodePng = ({ width, height, data }: Size & { readonly data: Uint8Array | Uint8ClampedArray }): Uint8Array =>
  encode({ width, height, data, channels: 4, depth: 8 });
