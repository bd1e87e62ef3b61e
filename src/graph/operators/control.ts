import type { Dim, Shape } from '../../tensor/shape.ts';
import type { ValueInfo } from '../graph.ts';
import { type Infer, type InferContext, info, type OperatorRow, resolveAxis, type SubgraphOutput } from './context.ts';

/** What is true of both; dims that differ become unknown. */
function common(a: ValueInfo, b: ValueInfo, c: InferContext): ValueInfo {
  const shape =
    a.shape && b.shape && a.shape.length === b.shape.length ? a.shape.map((d, i) => (d === b.shape?.[i] ? d : c.unknown())) : undefined;
  return info(a.dtype === b.dtype ? a.dtype : undefined, shape);
}

const branch: Infer = (c) => {
  const known = taken(c);
  if (known) return known.map(({ dtype, shape }) => info(dtype, shape));
  const [yes, no] = [c.subgraph('then_branch', []) ?? [], c.subgraph('else_branch', []) ?? []];
  return c.node.outputs.map((_, i) => common(yes[i] ?? {}, no[i] ?? {}, c));
};

/** The branch that a known condition takes. */
function taken(c: InferContext): readonly SubgraphOutput[] | undefined {
  const condition = c.numbers(0)?.[0];
  return condition === undefined ? undefined : c.subgraph(condition !== 0 ? 'then_branch' : 'else_branch', []);
}

/** The body's outputs with carried values like the initial ones; those whose shape the body changes are made unknown. */
function steady(
  c: InferContext,
  carried: readonly ValueInfo[],
  run: (carried: readonly ValueInfo[]) => readonly ValueInfo[],
): { carried: readonly ValueInfo[]; outputs: readonly ValueInfo[] } {
  const first = run(carried);
  const merged = carried.map((v, i) => common(v, first[i] ?? {}, c));
  if (merged.every((v, i) => v.shape?.join() === carried[i]?.shape?.join())) return { carried: merged, outputs: first };
  return { carried: merged.map((v, i) => common(v, run(merged)[i] ?? {}, c)), outputs: run(merged) };
}

const loop: Infer = (c) => {
  const count = Math.max(0, c.node.inputs.length - 2);
  const initial = Array.from({ length: count }, (_, i) => info(c.dtype(i + 2), c.shape(i + 2)));
  const { carried, outputs } = steady(c, initial, (values) =>
    (c.subgraph('body', [info('int64', []), info('bool', []), ...values]) ?? []).slice(1),
  );
  const trips = c.has(0) && !c.has(1) ? (c.dims(0)?.[0] ?? c.unknown()) : c.unknown();
  const scans = outputs.slice(count).map(({ dtype, shape }) => info(dtype, shape && [trips, ...shape]));
  return [...carried, ...scans];
};

const scan: Infer = (c) => {
  const scanned = c.int('num_scan_inputs', 0);
  const count = c.node.inputs.length - scanned;
  const axesIn = c.ints('scan_input_axes') ?? [];
  const initial = Array.from({ length: count }, (_, i) => info(c.dtype(i), c.shape(i)));
  let steps: Dim | undefined;
  const slices = Array.from({ length: scanned }, (_, k) => {
    const shape = c.shape(count + k);
    const axis = shape && resolveAxis(axesIn[k] ?? 0, shape.length);
    if (shape && steps === undefined) steps = shape[axis as number];
    return info(
      c.dtype(count + k),
      shape?.filter((_, i) => i !== axis),
    );
  });
  const { carried, outputs } = steady(c, initial, (values) => c.subgraph('body', [...values, ...slices]) ?? []);
  const axesOut = c.ints('scan_output_axes') ?? [];
  const scans = outputs
    .slice(count)
    .map(({ dtype, shape }, k) => info(dtype, shape && inserted(shape, axesOut[k] ?? 0, steps ?? c.unknown())));
  return [...carried, ...scans];
};

function inserted(shape: Shape, axis: number, dim: Dim): Shape {
  const at = resolveAxis(axis, shape.length + 1);
  return [...shape.slice(0, at), dim, ...shape.slice(at)];
}

export const CONTROL: Readonly<Record<string, OperatorRow>> = {
  If: { infer: branch, evaluate: (c, output) => taken(c)?.[output]?.elements },
  Loop: { infer: loop },
  Scan: { infer: scan },
};
