import type { Port } from '../../graph/graph.ts';
import type { Dim } from '../../tensor/shape.ts';

/** A dimension for which the file has neither value nor name, or one that no tensor can have. */
export const OPEN = '?';

/** The first dimension of an input is the batch where the file does not name it. */
export function withBatch(port: Port): Port {
  const [first, ...rest] = port.shape ?? [];
  return first === OPEN ? { ...port, shape: ['batch', ...rest] } : port;
}

/** An extent as a file states it. */
export const statedExtent = (extent: bigint): Dim => (extent > 0n && extent <= Number.MAX_SAFE_INTEGER ? Number(extent) : OPEN);
