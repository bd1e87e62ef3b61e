import type { Shape } from '../../tensor/shape.ts';
import { sizeOf, toNumbers } from '../../tensor/tensor.ts';
import { type Graph, intAttribute, intsAttribute, type Node } from '../graph.ts';
import { readInitializer } from '../weights.ts';
import { type Axes, noAxes } from './axes.ts';

/** The most elements of a constant that is read: of axes, starts and indices. */
const MAX_ELEMENTS = 64;

/** What a rule asks of one node. */
export class AxesView {
  readonly node: Node;
  readonly #graph: Graph;
  readonly #known: ReadonlyMap<string, Axes>;

  constructor(node: Node, graph: Graph, known: ReadonlyMap<string, Axes>) {
    this.node = node;
    this.#graph = graph;
    this.#known = known;
  }

  isConstant(i: number): boolean {
    return this.#graph.initializers.has(this.node.inputs[i] ?? '');
  }

  shape(i: number): Shape | undefined {
    return this.#shapeOf(this.node.inputs[i]);
  }

  output(i = 0): Shape | undefined {
    return this.#shapeOf(this.node.outputs[i]);
  }

  #shapeOf(name: string | undefined): Shape | undefined {
    return name ? (this.#graph.initializers.get(name)?.dims ?? this.#graph.values.get(name)?.shape) : undefined;
  }

  /** What the axes of input i are; undefined where that is not known. */
  axes(i: number): Axes | undefined {
    const name = this.node.inputs[i] ?? '';
    const weight = this.#graph.initializers.get(name);
    return weight ? noAxes(weight.dims.length) : this.#known.get(name);
  }

  /** The elements of a small constant input. */
  integers(i: number): readonly number[] | undefined {
    const constant = this.#graph.initializers.get(this.node.inputs[i] ?? '');
    if (!constant || sizeOf(constant.dims) > MAX_ELEMENTS) return undefined;
    return Array.from(toNumbers(readInitializer(constant)));
  }

  int<F = undefined>(name: string, fallback?: F): number | F {
    return intAttribute(this.node, name, fallback) as number | F;
  }

  ints(name: string): readonly number[] | undefined {
    return intsAttribute(this.node, name);
  }
}
