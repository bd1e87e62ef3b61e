import type { Graph } from '../../graph/graph.ts';
import { Constants } from './constants.ts';
import { STEPS } from './steps.ts';
import type { Tracked } from './tracked.ts';

/** What a graph does with the channels of its image input before it computes with them. */
export interface GraphNormalization {
  /** Per channel of the input: the network computes with scale · x + shift. */
  readonly scale: readonly number[];
  readonly shift: readonly number[];
  /** They are means over the picture: the graph scales or shifts each pixel by another number. */
  readonly varies: boolean;
  /** The network computes with the channels in reverse order. */
  readonly reversed: boolean;
}

/** More channels are no picture's any more. */
const MAX_CHANNELS = 4096;

/**
 * Follows an image input to the first operator that mixes its values (a convolution, say), through those that scale, shift or reorder its
 * channels.
 * @param axis where the input's channels lie
 * @returns undefined where its channels are not each scaled and shifted in one way, or that cannot be told
 */
export function normalizationIn(graph: Graph, input: string, axis: number, channels: number): GraphNormalization | undefined {
  try {
    return followed(graph, input, axis, channels);
  } catch {
    // A weight that cannot be read and a node that makes no sense are told of when they are used.
    return undefined;
  }
}

function followed(graph: Graph, input: string, axis: number, channels: number): GraphNormalization | undefined {
  const tracked = new Map<string, Tracked>([
    [input, { rank: 4, axis, channels: Array.from({ length: channels }, (_, from) => ({ from, scale: 1, shift: 0 })), varies: false }],
  ]);
  const constants = new Constants(graph);
  for (const node of graph.nodes) {
    constants.note(node);
    const given = node.inputs.map((name) => tracked.get(name));
    if (given.every((value) => value === undefined) || node.op === 'Shape' || node.op === 'Size') continue;
    const step = node.domain === '' && Object.hasOwn(STEPS, node.op) ? STEPS[node.op] : undefined;
    const results = step?.(node, given, constants);
    if (!results || results.some((result) => result && result.channels.length > MAX_CHANNELS))
      return summaryOf(given.find((value) => value !== undefined) as Tracked, channels);
    node.outputs.forEach((name, i) => {
      const result = results[i];
      if (name !== '' && result) tracked.set(name, result);
    });
  }
  return undefined;
}

function summaryOf({ channels, varies }: Tracked, count: number): GraphNormalization | undefined {
  const firsts = Array.from({ length: count }, (_, from) => channels.find((channel) => channel.from === from));
  const isOneWay = channels.every(({ from, scale, shift }) => scale === firsts[from]?.scale && shift === firsts[from]?.shift);
  const known = firsts.filter((c) => c !== undefined && Number.isFinite(c.scale) && c.scale !== 0 && Number.isFinite(c.shift));
  if (!isOneWay || known.length !== count) return undefined;
  return {
    scale: known.map((c) => c?.scale ?? 1),
    shift: known.map((c) => c?.shift ?? 0),
    varies,
    reversed: count > 1 && channels.length === count && channels.every(({ from }, i) => from === count - 1 - i),
  };
}
