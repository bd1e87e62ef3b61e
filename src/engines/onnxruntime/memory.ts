import { valuesRead } from '../../graph/builder.ts';
import { type Graph, type Initializer, type Node, nodeKey } from '../../graph/graph.ts';
import { inferShapes } from '../../graph/inferShapes.ts';
import { evaluateDim, symbolsOf } from '../../tensor/dim.ts';
import { byteLength } from '../../tensor/dtype.ts';
import type { Dim } from '../../tensor/shape.ts';
import { sizeOf } from '../../tensor/tensor.ts';
import type { MemoryNeed } from '../engine.ts';

/** Operators that keep a rearranged copy of their constant second input, one for every use. */
const PACKING: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'MatMul', 'Gemm']);
/** Operators that put their result where their first input was, if nobody needs that any more. */
const IN_PLACE: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Relu', 'Clip']);
/** Constants that are computed of constants ahead are no larger than this in a lean session. */
export const LEAN_FOLD_BYTES = 2 ** 20;

/**
 * What a session of this graph takes while it runs with one example, by estimate: its weights, where they stand or rearranged for speed,
 * what is computed of them ahead, and the values that are needed at the same time.
 */
export function estimateMemory(graph: Graph): { readonly fast: MemoryNeed; readonly lean: MemoryNeed } {
  const { graph: inferred } = inferShapes(graph);
  return {
    fast: new Estimate(inferred, { packs: true, foldBytes: Number.POSITIVE_INFINITY }).need(),
    lean: new Estimate(inferred, { packs: false, foldBytes: LEAN_FOLD_BYTES }).need(),
  };
}

interface Mode {
  readonly packs: boolean;
  /** Bytes of a constant that is still computed ahead. */
  readonly foldBytes: number;
}

class Estimate {
  readonly #graph: Graph;
  readonly #mode: Mode;
  /** Constants by where they are: in a file, or in memory. */
  readonly #constants: Map<string, 'mapped' | 'own'>;
  /** Constants that are used as they are, with their bytes. */
  readonly #kept = new Map<string, number>();
  #packed = 0;

  constructor(graph: Graph, mode: Mode) {
    this.#graph = graph;
    this.#mode = mode;
    this.#constants = new Map([...graph.initializers.values()].map((weight) => [weight.name, isMapped(weight) ? 'mapped' : 'own']));
  }

  need(): MemoryNeed {
    let own = this.#values() + this.#packed;
    let mapped = 0;
    for (const [name, bytes] of this.#kept) {
      if (this.#constants.get(name) === 'mapped') mapped += bytes;
      else own += bytes;
    }
    return { own, mapped };
  }

  /** The most bytes of values that are needed at the same time. */
  #values(): number {
    const { nodes, inputs: given, outputs: wanted } = this.#graph;
    const held = new Set([...given, ...wanted].map(({ name }) => name));
    const lastUse = new Map<string, Node>();
    for (const node of nodes) for (const name of valuesRead(node)) lastUse.set(name, node);
    let live = sum(
      given.map(({ name }) => name),
      (name) => this.#bytes(name),
    );
    let most = live;
    for (const node of nodes) {
      const inputs = [...new Set(valuesRead(node))];
      const made = sum(node.outputs, (name) => this.#bytes(name));
      if (made <= this.#mode.foldBytes && inputs.every((name) => this.#constants.has(name))) {
        for (const name of node.outputs) this.#constants.set(name, 'own');
        continue;
      }
      this.#use(node, inputs);
      const dying = inputs.filter((name) => lastUse.get(name) === node && !held.has(name) && !this.#constants.has(name));
      const [first = ''] = node.inputs;
      const reused = IN_PLACE.has(nodeKey(node)) && dying.includes(first) ? this.#bytes(first) : 0;
      live += made;
      most = Math.max(most, live - reused);
      live -= sum(dying, (name) => this.#bytes(name));
    }
    return most;
  }

  #use(node: Node, inputs: readonly string[]): void {
    for (const name of inputs) {
      if (!this.#constants.has(name)) continue;
      if (this.#mode.packs && PACKING.has(nodeKey(node)) && name === node.inputs[1]) this.#packed += this.#bytes(name);
      else this.#kept.set(name, this.#bytes(name));
    }
  }

  #bytes(name: string): number {
    const { dtype, shape } = this.#graph.values.get(name) ?? {};
    return dtype && shape ? byteLength(dtype, sizeOf(shape.map(extentOf))) : 0;
  }
}

/** Weights that stand in their file in another dtype are converted, and held. */
const isMapped = ({ source }: Initializer): boolean => source.kind === 'file' && source.stored === undefined;

const sum = (names: readonly string[], bytes: (name: string) => number): number => names.reduce((total, name) => total + bytes(name), 0);

/** An extent for one example; the least where it depends on something else. */
function extentOf(dim: Dim): number {
  if (typeof dim === 'number') return dim;
  try {
    const value = evaluateDim(dim, new Map(symbolsOf(dim).map((symbol) => [symbol, 1])));
    return typeof value === 'number' ? value : 1;
  } catch {
    return 1; // a division by zero
  }
}
