import os from 'node:os';
import process from 'node:process';
import type { Engine, MemoryNeed } from '../../engines/engine.ts';
import type { Graph } from '../../graph/graph.ts';
import { InspectumError } from '../../tensor/errors.ts';

/** What the process may take. */
export interface MemoryLimit {
  readonly bytes: number;
  /** Whether what is only mapped from files counts: the system can drop it at any time. */
  readonly countsMapped: boolean;
  /** What a person can do about it, in a sentence. */
  readonly remedy: string;
}

/** What a process has without any session, and by how much measured sessions take more than their estimate. */
const BASE = 120 * 2 ** 20;
const MARGIN = 1.2;
/** Of what the machine has, the part that is left to others. */
const LEFT = 0.2;

/** Most of what the machine has, or the container. */
export function machineLimit(): MemoryLimit {
  const container = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
  const bytes = (1 - LEFT) * Math.min(os.totalmem(), container);
  return { bytes, countsMapped: false, remedy: 'Use a smaller image, or a machine with more memory.' };
}

/** How a session is made so that it fits. */
export interface Plan {
  readonly lean: boolean;
  /** By estimate. */
  readonly bytes: number;
}

/**
 * Rearranged for speed where that fits, else lean.
 * @param onlyLean where a process came to its end before: estimates are no promises
 * @throws InspectumError 'memory' with the figures where neither fits
 */
export function planSession(engine: Engine, graph: Graph, limit: MemoryLimit, onlyLean: boolean): Plan {
  const { fast, lean } = engine.memoryNeeds(graph);
  const plans = [...(onlyLean ? [] : [{ lean: false, bytes: bytesOf(fast, limit) }]), { lean: true, bytes: bytesOf(lean, limit) }];
  const fitting = plans.find(({ bytes }) => BASE + bytes <= limit.bytes);
  if (fitting) return fitting;
  throw new InspectumError(
    'memory',
    `It would take about ${megabytes(BASE + bytesOf(lean, limit))} of memory; the limit is ${megabytes(limit.bytes)}. ${limit.remedy}`,
  );
}

const bytesOf = ({ own, mapped }: MemoryNeed, { countsMapped }: MemoryLimit): number => MARGIN * own + (countsMapped ? mapped : 0);

/** "5,430 MB" */
const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MB`;
