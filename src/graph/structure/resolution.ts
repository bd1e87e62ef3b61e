import { type Dim, isStatic, type Shape } from '../../tensor/shape.ts';
import { NodeView } from '../describe/view.ts';
import { type Graph, type Node, nodeKey } from '../graph.ts';
import type { Dataflow } from './dataflow.ts';
import { bitOf, type Role, setOf } from './roles.ts';

/** How finely a value is laid out. */
export interface Resolution {
  /** "112×112", "197 tokens"; "1/4" of the input where extents are open; '' where there are neither height and width nor tokens. */
  readonly label: string;
  /** By how much height and width are smaller than the input's, as the strides tell; undefined for tokens. */
  readonly step?: number;
}

export const NONE: Resolution = { label: '' };

export const isNone = ({ label }: Resolution): boolean => label === '';

/** Whether no stride lies between two values; a border that convolutions leave out is none. */
export const isSame = (a: Resolution, b: Resolution): boolean => a.label === b.label || (a.step !== undefined && a.step === b.step);

const SPATIAL = setOf('conv', 'depthwise', 'pointwise', 'excitation', 'pool', 'upsample');

const NORMS_OF_TOKENS: ReadonlySet<string> = new Set([
  'LayerNormalization',
  'RMSNormalization',
  'com.microsoft:SkipLayerNormalization',
  'com.microsoft:EmbedLayerNormalization',
]);

/** Resolutions of the values of vertices, asked for in the order of computation. */
export class Resolutions {
  readonly #graph: Graph;
  readonly #flow: Dataflow;
  readonly #roles: readonly (Role | undefined)[];
  readonly #isAssumed: boolean;
  /** By how much a vertex's value is smaller than the input, along height and width; NaN where it cannot be told. */
  readonly #steps: Float64Array;

  /** @param isAssumed whether the extents of images are not those of the file */
  constructor(graph: Graph, flow: Dataflow, roles: readonly (Role | undefined)[], isAssumed: boolean) {
    this.#graph = graph;
    this.#flow = flow;
    this.#roles = roles;
    this.#isAssumed = isAssumed;
    this.#steps = new Float64Array(flow.nodes.length).fill(1);
    for (let v = 1; v < flow.nodes.length; v++) {
      const from = (flow.before[v] as readonly number[]).find((u) => !Number.isNaN(this.#steps[u]));
      this.#steps[v] = (from === undefined ? Number.NaN : (this.#steps[from] as number)) * this.#stepOf(v);
    }
  }

  node(vertex: number): Node {
    return this.#flow.nodes[vertex] as Node;
  }

  shape(vertex: number): Shape | undefined {
    return this.#flow.shapes[vertex];
  }

  /** What a node's own operator tells of the resolution of its value; undefined: it has that of what it is made from. */
  told(vertex: number): Resolution | undefined {
    const shape = this.shape(vertex);
    if (!shape) return undefined;
    if (shape.length <= 2) return NONE;
    if (SPATIAL & bitOf(this.#roles[vertex])) return this.spatial(vertex);
    if (this.#roles[vertex] === 'linear' || NORMS_OF_TOKENS.has(nodeKey(this.node(vertex)))) return this.tokens(vertex);
    // Height and width are joined: for tokens, if such follow, else for the boxes of a detector, say.
    const [source = 0] = this.#flow.before[vertex] as readonly number[];
    return shape.length === 3 && source > 0 && this.shape(source)?.length === 4 ? NONE : undefined;
  }

  /** Of a value with the channels first. */
  spatial(vertex: number): Resolution | undefined {
    const extents = this.shape(vertex)?.slice(2) ?? [];
    if (isSingle(extents)) return NONE;
    const size = isStatic(extents) && !this.#isAssumed ? extents.join('×') : undefined;
    const step = this.#steps[vertex] as number;
    if (Number.isNaN(step)) return size === undefined ? undefined : { label: size };
    return { label: size ?? (step >= 1 ? `1/${step}` : `${1 / step}×`), step };
  }

  /** Of a value with the features last. */
  tokens(vertex: number): Resolution {
    const extents = this.shape(vertex)?.slice(1, -1) ?? [];
    if (isSingle(extents)) return NONE;
    return { label: extents.length === 1 ? `${extents[0]} tokens` : extents.join('×') };
  }

  /** By how much a node makes height and width smaller. */
  #stepOf(vertex: number): number {
    const role = this.#roles[vertex];
    if (!(SPATIAL & bitOf(role))) return 1;
    const view = new NodeView(this.node(vertex), this.#graph);
    const { op } = view.node;
    const stride = view.ints('strides')?.[0] ?? 1;
    if (role !== 'upsample') return op === 'SpaceToDepth' ? view.int('blocksize', 1) : stride;
    if (op === 'ConvTranspose') return 1 / stride;
    if (op === 'DepthToSpace') return 1 / view.int('blocksize', 1);
    const [from, to] = [view.shape(0)?.[2], view.output()?.[2]];
    if (typeof from === 'number' && typeof to === 'number') return from / to;
    const scale = view.constant(2)?.[2];
    return scale ? 1 / scale : Number.NaN;
  }
}

const isSingle = (extents: readonly Dim[]): boolean => extents.every((extent) => extent === 1);
