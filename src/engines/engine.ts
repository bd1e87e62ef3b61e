import type { Graph } from '../graph/graph.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A graph made ready to run. `run` computes every output of the graph, whatever is fetched. */
export interface Session {
  /** Names of the graph's inputs. */
  readonly inputs: readonly string[];
  /**
   * @param feeds one tensor per graph input, in the dtype and shape that the input states
   * @returns the outputs by name
   * @throws InspectumError 'engine' with the engine's own words when it refuses
   */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

export interface EngineOptions {
  /** Threads for one operator; undefined: the engine's default (all cores). */
  readonly threads?: number;
  /**
   * Whether an operator between DequantizeLinear and QuantizeLinear may be computed in integers, as the engine computes the quantised
   * operator. By default it is computed in floating point, as it stands in the graph.
   */
  readonly integers?: boolean;
  /** Whether weights stay where they are, instead of being rearranged for speed: a bit slower, with far less memory. */
  readonly lean?: boolean;
}

/** Bytes that a session takes while it runs, by estimate: what it holds, and what it only maps from files. */
export interface MemoryNeed {
  readonly own: number;
  readonly mapped: number;
}

/** Runs graphs. Engines know nothing of attribution. */
export interface Engine {
  readonly name: string;
  /** Of a session of this graph, with one example. */
  memoryNeeds(graph: Graph): { readonly fast: MemoryNeed; readonly lean: MemoryNeed };
  /** @throws InspectumError 'unsupported' naming the operator that the engine lacks, 'engine' for anything else */
  createSession(graph: Graph, options?: EngineOptions): Promise<Session>;
}
