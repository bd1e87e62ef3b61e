import { type Node, stringAttribute } from '../../../graph/graph.ts';
import type { Row } from './row.ts';

const GRID_MODES: ReadonlyMap<string, string> = new Map([
  ['bilinear', 'linear'],
  ['bicubic', 'cubic'],
]);

function gridSample(node: Node): Node {
  const mode = stringAttribute(node, 'mode', 'bilinear');
  return { ...node, attributes: { ...node.attributes, mode: { type: 'string', value: GRID_MODES.get(mode) ?? mode } } };
}

/** Before opset 16 there was no shift by half a pixel, which now is the default. */
const roiAlign = (node: Node): Node => ({
  ...node,
  attributes: { ...node.attributes, coordinate_transformation_mode: { type: 'string', value: 'output_half_pixel' } },
});

export const RENAMES: readonly Row[] = [
  { op: 'Scatter', since: 11, apply: (node) => ({ ...node, op: 'ScatterElements' }) },
  { op: 'RoiAlign', since: 16, apply: roiAlign },
  { op: 'GridSample', since: 20, apply: gridSample },
];
