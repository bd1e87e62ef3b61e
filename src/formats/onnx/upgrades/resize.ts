import { type Node, stringAttribute } from '../../../graph/graph.ts';
import { type Row, type Site, trimmed } from './row.ts';

const set = (node: Node, attributes: Readonly<Record<string, string>>): Node => ({
  ...node,
  attributes: { ...node.attributes, ...Object.fromEntries(Object.entries(attributes).map(([k, value]) => [k, { type: 'string', value }])) },
});

/**
 * Opset 10 sampled at x / scale, nearest by rounding down where it enlarges and up where it shrinks. One node has one rounding:
 * where both occur, or the scales are computed, the enlarging goes before the shrinking.
 */
function resize(node: Node, site: Site): Node {
  const [x = '', scales = ''] = node.inputs;
  const sampled = set(node, { coordinate_transformation_mode: 'asymmetric' });
  const by = (value: string) => ['', value];
  if (stringAttribute(node, 'mode', 'nearest') !== 'nearest') return { ...sampled, inputs: [x, ...by(scales)] };
  const known = site.numbers(scales);
  if (known?.every((s) => s >= 1)) return { ...set(sampled, { nearest_mode: 'floor' }), inputs: [x, ...by(scales)] };
  if (known?.every((s) => s <= 1)) return { ...set(sampled, { nearest_mode: 'ceil' }), inputs: [x, ...by(scales)] };
  const one = site.floats('one', [1], [1]);
  const larger = site.fresh(`${x}~enlarged`);
  site.add({
    ...set(sampled, { nearest_mode: 'floor' }),
    name: site.fresh(`${node.name}~enlarge`),
    inputs: [x, ...by(site.op('Max', [scales, one]))],
    outputs: [larger],
  });
  return { ...set(sampled, { nearest_mode: 'ceil' }), inputs: [larger, ...by(site.op('Min', [scales, one]))] };
}

/** From opset 13 on one of scales and sizes is omitted where it was empty, and so is a region of interest that nothing uses. */
function optionalInputs(node: Node, site: Site): Node {
  const [x = '', roi = '', scales = '', sizes = ''] = node.inputs;
  const isEmpty = (value: string): boolean => site.info(value).shape?.[0] === 0;
  const crops = stringAttribute(node, 'coordinate_transformation_mode') === 'tf_crop_and_resize';
  const bySizes = sizes !== '' && !isEmpty(sizes);
  return withoutRemovedMode({ ...node, inputs: trimmed([x, crops ? roi : '', bySizes ? '' : scales, bySizes ? sizes : '']) }, site);
}

/** `tf_half_pixel_for_nn` samples at (x + 0.5) / scale, half a pixel right of `half_pixel`: rounding down there is rounding here. */
function withoutRemovedMode(node: Node, site: Site): Node {
  if (stringAttribute(node, 'coordinate_transformation_mode') !== 'tf_half_pixel_for_nn') return node;
  const nearest = stringAttribute(node, 'mode', 'nearest') === 'nearest';
  if (!nearest || stringAttribute(node, 'nearest_mode') !== 'floor')
    throw site.unsupported('the coordinate transformation tf_half_pixel_for_nn with anything but nearest_mode "floor"');
  return set(node, { coordinate_transformation_mode: 'half_pixel', nearest_mode: 'round_prefer_ceil' });
}

export const RESIZE: readonly Row[] = [
  { op: 'Upsample', since: 10, apply: (node) => ({ ...node, op: 'Resize' }) },
  { op: 'Resize', since: 11, apply: resize },
  { op: 'Resize', since: 13, apply: optionalInputs },
];
