import { OPSET } from '../../../graph/graph.ts';
import { ATTRIBUTES_TO_INPUTS } from './attributesToInputs.ts';
import { CACHES } from './caches.ts';
import { EXPERIMENTAL } from './experimental.ts';
import { LEGACY } from './legacy.ts';
import { NEWER } from './newer.ts';
import { NORMALIZATION } from './normalization.ts';
import { RENAMES } from './renames.ts';
import { RESIZE } from './resize.ts';
import type { Row } from './row.ts';
import { SCAN } from './scan.ts';
import { SOFTMAX } from './softmax.ts';

/** The newest opset whose changes the table knows. */
export const NEWEST_OPSET = 28;

/**
 * Every change of an operator in ONNX's own domain that is more than further types, clearer words, or a new attribute whose default is
 * what was before.
 */
export const UPGRADES: readonly Row[] = [
  ...LEGACY,
  ...ATTRIBUTES_TO_INPUTS,
  ...NORMALIZATION,
  ...SOFTMAX,
  ...RESIZE,
  ...RENAMES,
  ...SCAN,
  ...EXPERIMENTAL,
  ...NEWER,
  ...CACHES,
];

const BY_OPERATOR = new Map<string, Row[]>();
for (const row of UPGRADES) BY_OPERATOR.set(row.op, [...(BY_OPERATOR.get(row.op) ?? []), row]);

/** A row that brings a node nearer to the graph's opset, and the opset of what it makes. */
export interface Step {
  readonly row: Row;
  readonly version: number;
}

/** The next row for an operator of a version; undefined where the node is as the graph's opset has it. */
export function nextStep(op: string, version: number): Step | undefined {
  const rows = BY_OPERATOR.get(op) ?? [];
  if (version <= OPSET) {
    const later = rows.filter((row) => row.since > version && row.since <= OPSET);
    const row = later.reduce<Row | undefined>((first, r) => (first && first.since <= r.since ? first : r), undefined);
    return row && { row, version: row.since };
  }
  const earlier = rows.filter((row) => row.since <= version && row.since > OPSET);
  const row = earlier.reduce<Row | undefined>((last, r) => (last && last.since >= r.since ? last : r), undefined);
  return row && { row, version: row.since - 1 };
}
