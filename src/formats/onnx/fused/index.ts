import { type Node, nodeKey } from '../../../graph/graph.ts';
import type { LiftedGraph } from '../liftSite.ts';
import { GELUS } from './activations.ts';
import { ATTENTION } from './attention.ts';
import { LINEAR } from './linear.ts';
import { MULTI_HEAD_ATTENTION } from './multiHeadAttention.ts';
import { NORMALIZATIONS } from './normalization.ts';
import { type Decompose, partsOf } from './parts.ts';
import { ROTARY_EMBEDDINGS } from './rotaryEmbedding.ts';

/**
 * Operators that several others are fused into, by ONNX Runtime's optimiser (`com.microsoft`) or in ONNX itself, and how they are
 * taken apart. What they are made of is shown and differentiated like anything else.
 */
export const FUSED: Readonly<Record<string, Decompose>> = {
  ...LINEAR,
  ...GELUS,
  ...NORMALIZATIONS,
  ...ATTENTION,
  ...MULTI_HEAD_ATTENTION,
  ...ROTARY_EMBEDDINGS,
};

/** The nodes that a fused one is made of; undefined for any other node, and for forms of fused ones that are not taken apart. */
export function unfused(node: Node, graph: LiftedGraph): readonly Node[] | undefined {
  const key = nodeKey(node);
  const decompose = Object.hasOwn(FUSED, key) ? FUSED[key] : undefined;
  return decompose && partsOf(node, decompose, graph);
}
