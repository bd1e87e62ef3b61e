import type { Node } from '../../../graph/graph.ts';
import { InspectumError } from '../../../tensor/errors.ts';
import { type LiftedGraph, LiftSite } from '../liftSite.ts';
import { namedAfter, withoutFusions } from '../modulePath.ts';
import type { AttributeTable } from '../upgrades/row.ts';
import type { PartNode } from './groups.ts';

/**
 * How a fused operator is made of operators of the graph's opset: adds them, and returns the values that are the node's outputs, in
 * order; undefined (or nothing) for an output that it cannot make.
 * @throws InspectumError 'unsupported' for a form of the operator that is not taken apart
 */
export type Decompose = (node: Node, site: FusedSite) => readonly (string | undefined)[];

/** Where a part stood before it was fused, as far as the file's names tell. */
interface Origin {
  readonly name?: string;
  readonly module: string | undefined;
}

/** A fused node while it is taken apart. */
export class FusedSite extends LiftSite {
  /** The value of the operator that the fused node is named after. */
  mainValue: string | undefined;
  /** Origins of parts by what they give. */
  readonly origins = new Map<string, Origin>();

  /** As `op`, for the operator that the fused node is named after: a FusedConv's Conv. */
  main(op: string, inputs: readonly string[], attributes: AttributeTable): string {
    this.mainValue = this.op(op, inputs, attributes);
    return this.mainValue;
  }

  /** value + bias, the bias being that of the layer that gave the value; the value where there is none. */
  biased(value: string, bias: string): string {
    if (!bias) return value;
    const sum = this.op('Add', [value, bias]);
    const layer = namedAfter(value);
    if (layer) this.origins.set(sum, { name: `${layer.name.slice(0, layer.name.lastIndexOf('/'))}/Add`, module: layer.module });
    return sum;
  }

  /** a + b, the sum that ends a residual connection: it belongs to the module around both. */
  joined(a: string, b: string): string {
    const sum = this.op('Add', [a, b]);
    const [one, other] = [a, b].map((value) => this.origins.get(value) ?? namedAfter(value));
    if (one?.module !== undefined && other?.module !== undefined) this.origins.set(sum, { module: common(one.module, other.module) });
    return sum;
  }
}

/**
 * The parts of a fused node. They belong to its module where the file tells that, or to those of the operators that were fused where
 * names of values tell them; else they are a group of the node's name.
 * @returns undefined where the form is not taken apart, or an output is read that the parts do not give
 */
export function partsOf(node: Node, decompose: Decompose, graph: LiftedGraph): readonly PartNode[] | undefined {
  const name = withoutFusions(node.name);
  const site = new FusedSite(graph, node, node.name, `${name}/`);
  const values = decomposed(node, decompose, site);
  if (!values || node.outputs.some((output, k) => site.isRead(output) && !values[k])) return undefined;
  const names = givenNames(node, values, site);
  const parts = neededFor(names, site);
  const placed = placing(node, values, parts.length === 1, site);
  const renamed = (value: string): string => names.get(value) ?? value;
  return parts.map((part) => ({ ...part, ...placed(part), inputs: part.inputs.map(renamed), outputs: part.outputs.map(renamed) }));
}

/** The name and the module of each part. */
function placing(
  node: Node,
  values: ReturnType<Decompose>,
  isOnly: boolean,
  site: FusedSite,
): (part: Node) => Pick<PartNode, 'name' | 'module' | 'group'> {
  const { module } = node;
  const [final = ''] = values;
  const name = withoutFusions(node.name);
  const itself: Origin = { name: name === node.name ? name : site.fresh(name), module };
  const [last, ...further] = node.outputs.map(namedAfter);
  const origins = new Map(site.origins);
  further.forEach((told, k) => {
    if (told) origins.set(values[k + 1] ?? '', told);
  });
  const main = module !== undefined && site.mainValue !== final ? site.mainValue : undefined;
  if (last && main !== undefined) origins.set(main, itself).set(final, last);
  else if (module !== undefined || isOnly) origins.set(final, itself);
  const rest = module === undefined ? { group: name } : { module: last && main !== undefined ? common(module, last.module) : module };
  return (part) => {
    const origin = part.outputs.map((value) => origins.get(value)).find((each) => each !== undefined);
    if (!origin) return { name: part.name, ...rest };
    const told = origin.name ?? part.name;
    const place = origin.module === undefined ? {} : { module: origin.module };
    return { name: origin === itself || told === part.name ? told : site.fresh(told), ...place };
  };
}

function decomposed(node: Node, decompose: Decompose, site: FusedSite): ReturnType<Decompose> | undefined {
  try {
    return decompose(node, site);
  } catch (error) {
    if (error instanceof InspectumError && error.kind === 'unsupported') return undefined;
    throw error;
  }
}

/** The values that are the node's outputs, with the names of those; of further outputs only those that are read. */
function givenNames(node: Node, values: ReturnType<Decompose>, site: FusedSite): ReadonlyMap<string, string> {
  const made = new Set(site.added.flatMap((part) => part.outputs));
  const names = new Map<string, string>();
  node.outputs.forEach((output, k) => {
    const value = values[k];
    if (!value || (k > 0 && !site.isRead(output))) return;
    names.set(made.has(value) && !names.has(value) ? value : site.op('Identity', [value]), output);
  });
  return names;
}

/** The parts that lead to the values. */
function neededFor(values: ReadonlyMap<string, string>, site: FusedSite): Node[] {
  const needed = new Set(values.keys());
  const kept = [...site.added].reverse().filter((part) => {
    const isNeeded = part.outputs.some((value) => needed.has(value));
    if (isNeeded) for (const value of part.inputs) needed.add(value);
    return isNeeded;
  });
  return kept.reverse();
}

/** The module around both. */
function common(a: string, b: string): string {
  const other = b.split('.');
  const apart = a.split('.').findIndex((name, i) => name !== other[i]);
  return apart < 0 ? a : other.slice(0, apart).join('.');
}
