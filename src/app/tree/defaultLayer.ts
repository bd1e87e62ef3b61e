import { needsOf } from '../../graph/imageAxes/reach.ts';
import type { Layer } from '../../protocol/model.ts';
import type { Cells } from '../../tensor/cells.ts';
import type { Model } from '../model.ts';
import { allLayers } from './layerTree.ts';

/** A normalisation by its author's name: norm1, ln_1, layernorm_before. */
const NORM = /(^|_)(layer_?norm|norm|ln)[_\d]*(before|after|pre|post)?$/i;

const isNorm = ({ op, id }: Layer): boolean => op === 'LayerNormalization' || NORM.test(id.split(/[./]/).at(-1) ?? '');

const HAS_CHANNELS_LAST: ReadonlySet<Cells['layout']> = new Set(['tokens', 'tokens-first', 'channels-last']);

/**
 * The layer that is selected where nobody has chosen: of a classifier the last one that has cells and through whose cells the image
 * reaches the output, of a transformer the last such normalisation (its last block's first, where the class token alone is read).
 * Of a network whose output is a picture or a list of boxes the last one of those with the fewest cells, where it knows most of the whole.
 */
export function defaultLayer(model: Model): Layer | undefined {
  const reaching = model.layersWithCells();
  const places = new Map(model.graph.nodes.flatMap((node, i) => node.outputs.map((name) => [name, i] as const)));
  const placeOf = ({ output }: Layer): number => places.get(output) ?? -1;
  const rows = [...allLayers(model.layers)]
    .filter((row) => reaching.has(row.output) && !row.plumbing && row.op !== 'Transpose' && row.output !== model.output)
    .sort((a, b) => placeOf(a) - placeOf(b));
  const leaves = rows.filter((row) => row.children.length === 0 || row.op !== undefined);
  const last = leaves.at(-1);
  if (!last?.cells) return undefined;
  if (model.classCount() === undefined) {
    const isShared = sharedBy(model);
    return coarsest(leaves.filter(({ output }) => isShared(output)));
  }
  return (HAS_CHANNELS_LAST.has(last.cells.layout) ? rows.findLast(isNorm) : undefined) ?? last;
}

function coarsest(rows: readonly Layer[]): Layer | undefined {
  const count = ({ cells }: Layer): number => (cells?.height ?? 0) * (cells?.width ?? 0);
  const fewest = Math.min(...rows.map(count));
  return rows.findLast((row) => count(row) === fewest);
}

/** What may stand between the grids of a detector and the output that they are joined into. */
const JOINING = new Set(
  'Add Cast Clip Concat Div Exp Flatten Gather Identity Mul Reshape Sigmoid Slice Softmax Split Squeeze Sub Transpose Unsqueeze'.split(' '),
);

/** Whether every part that an output is joined of (a detector's grids, say) depends on a value. */
function sharedBy({ graph, axes, output }: Model): (value: string) => boolean {
  const made = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const parts = new Set([output]);
  for (const part of parts) {
    const node = made.get(part);
    const inputs = node?.inputs.filter((name) => made.has(name)) ?? [];
    if (!node || !JOINING.has(node.op) || inputs.length === 0 || (inputs.length > 1 && node.op !== 'Concat')) continue;
    parts.delete(part);
    for (const input of inputs) parts.add(input);
  }
  const needs = parts.size > 1 ? [...parts].map((part) => needsOf(graph, axes, part)) : [];
  return (value) => needs.every((need) => need.has(value));
}
