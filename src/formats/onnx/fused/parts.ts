import type { Node } from '../../../graph/graph.ts';
import { InspectumError } from '../../../tensor/errors.ts';
import { type LiftedGraph, LiftSite } from '../liftSite.ts';
import { namedAfter, withoutFusions } from '../modulePath.ts';
import type { AttributeTable } from '../upgrades/row.ts';

/**
 * How a fused operator is made of operators of the graph's opset: adds them, and returns the values that are the node's outputs, in
 * order; undefined (or nothing) for an output that it cannot make.
 * @throws InspectumError 'unsupported' for a form of the operator that is not taken apart
 */
export type Decompose = (node: Node, site: FusedSite) => readonly (string | undefined)[];

/** A fused node while it is taken apart. */
export class FusedSite extends LiftSite {
  /** The value of the operator that the fused node is named after. */
  mainValue: string | undefined;

  /** As `op`, for the operator that the fused node is named after: a FusedConv's Conv. */
  main(op: string, inputs: readonly string[], attributes: AttributeTable): string {
    this.mainValue = this.op(op, inputs, attributes);
    return this.mainValue;
  }
}

/**
 * The parts of a fused node. They belong to its module where the file tells that; else they are a group of the node's name, so that the
 * tree shows them as one row.
 * @returns undefined where the form is not taken apart, or an output is read that the parts do not give
 */
export function partsOf(node: Node, decompose: Decompose, graph: LiftedGraph, where: string): readonly Node[] | undefined {
  const name = withoutFusions(node.name);
  const site = new FusedSite(graph, { ...node, module: node.module ?? name }, where, `${name}/`);
  const values = decomposed(node, decompose, site);
  if (!values || node.outputs.some((output, k) => site.isRead(output) && !values[k])) return undefined;
  const own = name === node.name ? name : site.fresh(name);
  return placed(givingOutputs(node, values, site), { ...node, name: own }, site.mainValue === values[0] ? undefined : site.mainValue, site);
}

/** The parts with their modules, and one of them with the fused node's name. */
function placed(parts: readonly Node[], node: Node, main: string | undefined, site: FusedSite): readonly Node[] {
  const [output = ''] = node.outputs;
  const { name, module } = node;
  const isFinal = (part: Node): boolean => part.outputs.includes(output);
  if (module === undefined) return parts.length > 1 ? parts : parts.map((part) => ({ ...part, name, module: '' }));
  const last = namedAfter(output);
  if (main === undefined || !last) return parts.map((part) => (isFinal(part) ? { ...part, name, module } : { ...part, module }));
  return parts.map((part) => {
    if (part.outputs.includes(main)) return { ...part, name, module };
    if (isFinal(part)) return { ...part, name: site.fresh(last.name), module: last.module };
    return { ...part, module: common(module, last.module) };
  });
}

function decomposed(node: Node, decompose: Decompose, site: FusedSite): ReturnType<Decompose> | undefined {
  try {
    return decompose(node, site);
  } catch (error) {
    if (error instanceof InspectumError && error.kind === 'unsupported') return undefined;
    throw error;
  }
}

/** What was added and is needed, with the values that are the node's outputs under the outputs' names. */
function givingOutputs(node: Node, values: ReturnType<Decompose>, site: FusedSite): Node[] {
  const made = new Set(site.added.flatMap((part) => part.outputs));
  const names = new Map<string, string>();
  node.outputs.forEach((output, k) => {
    const value = values[k];
    if (!value || (k > 0 && !site.isRead(output))) return;
    names.set(made.has(value) && !names.has(value) ? value : site.op('Identity', [value]), output);
  });
  const needed = new Set(names.keys());
  const kept = [...site.added].reverse().filter((part) => {
    const isNeeded = part.outputs.some((value) => needed.has(value));
    if (isNeeded) for (const value of part.inputs) needed.add(value);
    return isNeeded;
  });
  const renamed = (value: string): string => names.get(value) ?? value;
  return kept.reverse().map((part) => ({ ...part, inputs: part.inputs.map(renamed), outputs: part.outputs.map(renamed) }));
}

/** The module around both. */
function common(a: string, b: string): string {
  const other = b.split('.');
  const apart = a.split('.').findIndex((name, i) => name !== other[i]);
  return apart < 0 ? a : other.slice(0, apart).join('.');
}
