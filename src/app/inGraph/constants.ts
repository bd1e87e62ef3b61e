import type { Graph, Initializer, Node } from '../../graph/graph.ts';
import { readInitializer } from '../../graph/weights.ts';
import { sizeOf, toNumbers } from '../../tensor/tensor.ts';

export interface Constant {
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

/** Constants of more elements are no means (of a whole picture, at most), deviations, axes or shapes. */
const MAX_ELEMENTS = 2 ** 20;
/** How many operators may reshape a constant on its way. */
const MAX_HOPS = 8;
const MAX_RANK = 8;
const RESHAPING = new Set(['Identity', 'Cast', 'Unsqueeze', 'Squeeze', 'Reshape']);

/** Small constants of a graph, read as they are asked for; those included that only give another a shape. */
export class Constants {
  readonly #graph: Graph;
  readonly #makers = new Map<string, Node>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** To be told of every node before the values that it makes are asked for. */
  note(node: Node): void {
    if (node.op === 'Constant' || RESHAPING.has(node.op)) this.#makers.set(node.outputs[0] ?? '', node);
  }

  get(name: string | undefined, hops = 0): Constant | undefined {
    if (name === undefined || name === '' || hops > MAX_HOPS) return undefined;
    const initializer = this.#graph.initializers.get(name);
    if (initializer) return valuesOf(initializer);
    const maker = this.#makers.get(name);
    if (!maker) return undefined;
    if (maker.op === 'Constant') return constantOf(maker);
    const reshaped = this.get(maker.inputs[0], hops + 1);
    return reshaped && this.#reshaped(maker, reshaped, hops);
  }

  #reshaped(node: Node, { dims, values }: Constant, hops: number): Constant | undefined {
    if (node.op === 'Identity' || node.op === 'Cast') return { dims, values };
    const given = this.get(node.inputs[1], hops + 1)?.values;
    if (given && given.length > MAX_RANK) return undefined;
    if (node.op === 'Squeeze')
      return { dims: dims.filter((d, i) => d !== 1 || (given && !given.some((a) => a === i || a + dims.length === i))), values };
    if (!given) return undefined;
    if (node.op === 'Unsqueeze') return { dims: unsqueezed(dims, given), values };
    const known = given.map((d, i) => (d === 0 ? (dims[i] ?? 1) : d));
    const rest = values.length / known.reduce((product, d) => (d === -1 ? product : product * d), 1);
    return { dims: known.map((d) => (d === -1 ? rest : d)), values };
  }
}

/** Dimensions with axes of extent 1 at these places of the result. */
function unsqueezed(dims: readonly number[], axes: readonly number[]): number[] {
  const rank = dims.length + axes.length;
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  const rest = [...dims];
  return Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : (rest.shift() ?? 1)));
}

const valuesOf = (initializer: Initializer): Constant | undefined =>
  sizeOf(initializer.dims) <= MAX_ELEMENTS && initializer.dtype !== 'string'
    ? { dims: initializer.dims, values: Array.from(toNumbers(readInitializer(initializer))) }
    : undefined;

function constantOf({ attributes: a }: Node): Constant | undefined {
  if (a.value?.type === 'tensor') return valuesOf(a.value.value);
  if (a.value_float?.type === 'float') return { dims: [], values: [a.value_float.value] };
  if (a.value_int?.type === 'int') return { dims: [], values: [a.value_int.value] };
  const list = a.value_floats?.type === 'floats' ? a.value_floats.value : a.value_ints?.type === 'ints' ? a.value_ints.value : undefined;
  return list && { dims: [list.length], values: list };
}
