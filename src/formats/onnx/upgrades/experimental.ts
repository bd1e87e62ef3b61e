import { floatAttribute, floatsAttribute, intAttribute, intsAttribute, type Node } from '../../../graph/graph.ts';
import type { Row, Site } from './row.ts';

/** "To the end" of an axis. */
const END = 2 ** 31 - 1;

/** alpha · f(beta · x) */
const scaledFunction =
  (f: string) =>
  (node: Node, site: Site): Node => {
    const [x = ''] = node.inputs;
    const scalar = (name: string): string => site.like(x, name, [], [floatAttribute(node, name, 1)]);
    const y = site.op(f, [site.op('Mul', [x, scalar('beta')])]);
    return { ...node, op: 'Mul', inputs: [y, scalar('alpha')], attributes: {} };
  };

/** alpha · x + beta */
function affine(node: Node, site: Site): Node {
  const [x = ''] = node.inputs;
  const scalar = (name: string, fallback: number): string => site.like(x, name, [], [floatAttribute(node, name, fallback)]);
  return { ...node, op: 'Add', inputs: [site.op('Mul', [x, scalar('alpha', 1)]), scalar('beta', 0)], attributes: {} };
}

/** scale · x */
function scale(node: Node, site: Site): Node {
  const [x = ''] = node.inputs;
  return { ...node, op: 'Mul', inputs: [x, site.like(x, 'scale', [], [floatAttribute(node, 'scale', 1)])], attributes: {} };
}

/** scale · x + bias of the channel, x being N×C×H×W */
function imageScaler(node: Node, site: Site): Node {
  const [x = ''] = node.inputs;
  const bias = floatsAttribute(node, 'bias', []);
  const scaled = site.op('Mul', [x, site.like(x, 'scale', [], [floatAttribute(node, 'scale', 1)])]);
  return { ...node, op: 'Add', inputs: [scaled, site.like(x, 'bias', [bias.length, 1, 1], bias)], attributes: {} };
}

/** Cuts borders (left, top, right, bottom) off N×C×H×W; or, where `scale` is given, a window of that height and width. */
function crop(node: Node, site: Site): Node {
  const [x = ''] = node.inputs;
  const [left = 0, top = 0, right = 0, bottom = 0] = intsAttribute(node, 'border', []);
  const window = intsAttribute(node, 'scale', []);
  const before = (border: number): number => (border > 0 ? -border : END);
  const ends = window.length === 2 ? [top + (window[0] as number), left + (window[1] as number)] : [before(bottom), before(right)];
  const inputs = [x, site.ints('starts', [top, left]), site.ints('ends', ends), site.ints('axes', [2, 3])];
  return { ...node, op: 'Slice', inputs, attributes: {} };
}

/** N×C×H×W; the standard operator of opset 9 names its axes. */
function meanVariance(node: Node, site: Site): Node {
  if (intAttribute(node, 'normalize_variance', 1) !== 1) throw site.unsupported('normalize_variance = 0');
  const axes = intAttribute(node, 'across_channels', 0) ? [1, 2, 3] : [2, 3];
  return { ...node, attributes: { axes: { type: 'ints', value: axes } } };
}

/** Operators that were tried in ONNX's own domain and removed; Core ML's and CNTK's converters wrote them. */
export const EXPERIMENTAL: readonly Row[] = [
  { op: 'MeanVarianceNormalization', since: 9, apply: meanVariance },
  { op: 'Affine', since: 10, apply: affine },
  { op: 'Crop', since: 10, apply: crop },
  { op: 'DynamicSlice', since: 10, apply: (node) => ({ ...node, op: 'Slice' }) },
  { op: 'ImageScaler', since: 10, apply: imageScaler },
  { op: 'ParametricSoftplus', since: 10, apply: scaledFunction('Softplus') },
  { op: 'Scale', since: 10, apply: scale },
  { op: 'ScaledTanh', since: 10, apply: scaledFunction('Tanh') },
];
