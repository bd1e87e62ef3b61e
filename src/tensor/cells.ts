/**
 * How the values of a layer lie over the image: `height` × `width` cells, each with a vector of channels.
 * channels-first (N, C, H, W), channels-last (N, H, W, C); as a sequence of which `height` · `width` tokens from `skip` on are the
 * cells in row-major order: tokens (N, T, C), tokens-first (T, N, C), tokens-last (N, C, T).
 */
export interface Cells {
  readonly layout: 'channels-first' | 'channels-last' | 'tokens' | 'tokens-first' | 'tokens-last';
  readonly height: number;
  readonly width: number;
  /** Tokens before the first cell: class, register and distillation tokens. 0 where the layout has no tokens. */
  readonly skip: number;
}
