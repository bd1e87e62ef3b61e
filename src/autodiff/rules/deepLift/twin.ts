import { type GraphBuilder, valuesRead } from '../../../graph/builder.ts';
import { Renamer } from '../../../graph/rename.ts';

/** A value's name → the name of its value at the baseline: itself where the two are the same; undefined for a value that it does not know. */
export type BaselineOf = (value: string) => string | undefined;

/**
 * Adds every node of a graph once more, computed from baselines: all that depends on the values that have one. Weights, shapes and what else
 * does not depend on them are shared.
 * @param baselines names of values that are replaced → names of what replaces them, of the same shape and dtype
 */
export function addTwin(builder: GraphBuilder, baselines: ReadonlyMap<string, string>): BaselineOf {
  const twins = new Map(baselines);
  const known = new Set([...builder.initializers.keys(), ...builder.inputs.map(({ name }) => name)]);
  const renamer = new Renamer((name) => builder.fresh(name));
  for (const node of [...builder.nodes]) {
    for (const name of node.outputs) known.add(name);
    const read = valuesRead(node);
    if (node.op === 'Shape' || node.op === 'Size' || !read.some((name) => twins.has(name))) continue;
    const names = new Map(read.map((name) => [name, twins.get(name) ?? name]));
    builder.nodes.push(...renamer.nodes([node], names));
    for (const name of node.outputs) {
      const twin = names.get(name);
      if (!name || twin === undefined) continue;
      twins.set(name, twin);
      const info = builder.values.get(name);
      if (info) builder.values.set(twin, info);
    }
  }
  return (value) => twins.get(value) ?? (known.has(value) ? value : undefined);
}
