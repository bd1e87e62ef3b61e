/** The two dialects: GIF fills bytes from their lowest bit; TIFF from their highest, and widens its codes one code earlier. */
export type LzwDialect = 'gif' | 'tiff';

const MOST_BITS = 12;

export interface Unpacked {
  /** As long as was asked for; what the codes did not fill is 0. */
  readonly data: Uint8Array;
  /** Bytes that the codes gave, at most as many as were asked for. */
  readonly filled: number;
  /** False where a code stands for nothing. */
  readonly valid: boolean;
}

/**
 * Decompresses LZW. Takes time in proportion to the codes and to `size`, whatever the codes say.
 * @param size bytes after which decoding stops
 * @param rootBits bits of a value: 8 for TIFF, what GIF calls the minimum code size (1 to 8)
 */
export function unpackLzw(codes: Uint8Array, size: number, dialect: LzwDialect, rootBits = 8): Unpacked {
  const data = new Uint8Array(size);
  // A string of the table is a stretch of what was put out before: the string before it and the byte after that.
  const starts = new Uint32Array(2 ** MOST_BITS);
  const lengths = new Uint32Array(2 ** MOST_BITS);
  const clear = 2 ** rootBits;
  const early = dialect === 'tiff' ? 1 : 0;
  const read = dialect === 'tiff' ? fromHighest(codes) : fromLowest(codes);
  let bits = rootBits + 1;
  let next = clear + 2;
  let at = 0;
  /** Length of the string that was put out last, which ends at `at`; 0 after a clear. */
  let before = 0;
  while (at < size) {
    const code = read(bits);
    if (code < 0 || code === clear + 1) break;
    if (code === clear) {
      bits = rootBits + 1;
      next = clear + 2;
      before = 0;
      continue;
    }
    if (before > 0 && next < starts.length) {
      starts[next] = at - before;
      lengths[next++] = before + 1;
      if (next + early === 2 ** bits && bits < MOST_BITS) bits++;
    }
    if (code < clear) {
      data[at++] = code;
      before = 1;
      continue;
    }
    if (code >= next) return { data, filled: at, valid: false };
    before = Math.min(lengths[code] as number, size - at);
    // Byte by byte: the string may reach into what it writes.
    for (let from = starts[code] as number, end = at + before; at < end; ) data[at++] = data[from++] as number;
  }
  return { data, filled: at, valid: true };
}

type ReadCode = (bits: number) => number;

/** Codes, −1 after the last whole one. */
function fromLowest(bytes: Uint8Array): ReadCode {
  let [at, held, count] = [0, 0, 0];
  return (bits) => {
    for (; count < bits; count += 8) {
      if (at >= bytes.length) return -1;
      held |= (bytes[at++] as number) << count;
    }
    const code = held & (2 ** bits - 1);
    held >>>= bits;
    count -= bits;
    return code;
  };
}

function fromHighest(bytes: Uint8Array): ReadCode {
  let [at, held, count] = [0, 0, 0];
  return (bits) => {
    for (; count < bits; count += 8) {
      if (at >= bytes.length) return -1;
      held = ((held << 8) | (bytes[at++] as number)) & 0xffffff;
    }
    count -= bits;
    return (held >>> count) & (2 ** bits - 1);
  };
}
