/** The bytes of a pixel (red, green, blue, alpha) that a network's channels are, in order; the luma stands in the place of red. */
export const CHANNELS = {
  L: [0],
  LA: [0, 3],
  RGB: [0, 1, 2],
  BGR: [2, 1, 0],
  RGBA: [0, 1, 2, 3],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export type Channels = keyof typeof CHANNELS;

export const isGray = (channels: Channels): boolean => channels === 'L' || channels === 'LA';

/** Whether a network looks at the alpha as at any other channel. */
export const takesAlpha = (channels: Channels): boolean => (CHANNELS[channels] as readonly number[]).includes(3);
