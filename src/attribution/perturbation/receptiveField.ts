import { neededFor } from '../../graph/builder.ts';
import { NodeView } from '../../graph/describe/view.ts';
import { type Graph, intAttribute, intsAttribute, type Node, nodeKey, stringAttribute } from '../../graph/graph.ts';
import { AxesView } from '../../graph/imageAxes/view.ts';
import { at, reach, slidingWindow } from '../../graph/slidingWindow.ts';
import { isStatic, type Shape } from '../../tensor/shape.ts';
import { workOf } from '../evaluation/share.ts';

/** Along one axis, cell i of a value depends on the input's elements i · stride + from to i · stride + to, its padding included. */
export interface Field {
  readonly stride: number;
  readonly from: number;
  readonly to: number;
}

/** Along rows and columns. */
export type Fields = readonly [rows: Field, columns: Field];

/** The axes of a value that are rows and columns. */
export type Plane = readonly [row: number, column: number];

/** What is known of a value: (N, C, H, W), or (N, H, W, C). */
interface Known {
  readonly fields: Fields;
  readonly plane: Plane;
}

/** A value through which all goes that the explained value has of an input. */
export interface Neck {
  readonly value: string;
  readonly fields: Fields;
  readonly plane: Plane;
  /** The part of the work that is done before it, 0 to 1: multiply-accumulates and written elements. */
  readonly before: number;
}

/** Operators that treat every element for itself; of several inputs those that lie over one another. */
const ELEMENTWISE = new Set(
  (
    'Abs Add BatchNormalization Cast Celu Clip Div Elu Erf Exp Gelu HardSigmoid HardSwish Identity LeakyRelu Log Max Min Mish Mul Neg Pow ' +
    'PRelu Reciprocal Relu Selu Sigmoid Softplus Softsign Sqrt Sub Sum Swish Tanh ThresholdedRelu'
  ).split(' '),
);
const POOLS = new Set(['AveragePool', 'LpPool', 'MaxPool']);

/**
 * The necks behind an input, in order, as far as only convolutions, pools, padding with a constant, elementwise operators and other orders
 * of axes lead there: a change of some pixels changes only the cells whose fields they are in.
 * @param plane of the input
 * @param output the value that is explained
 */
export function necksOf(graph: Graph, input: string, plane: Plane, output: string): readonly Neck[] {
  const { nodes } = neededFor(graph.nodes, [output]);
  const known = new Map<string, Known>([[input, { fields: [PIXEL, PIXEL], plane }]]);
  const lastUse = new Map<string, number>([[output, nodes.length]]);
  nodes.forEach((node, i) => {
    for (const name of node.inputs) lastUse.set(name, Math.max(i, lastUse.get(name) ?? 0));
  });
  const reached = new Set([input]);
  const live = new Set([input]);
  const found: (Omit<Neck, 'before'> & { readonly work: number })[] = [];
  let work = 0;
  for (const [i, node] of nodes.entries()) {
    if (!node.inputs.some((name) => reached.has(name))) continue;
    work += workOf(node, graph);
    const own = behind(node, graph, known, reached);
    for (const name of node.outputs) {
      reached.add(name);
      live.add(name);
    }
    const [value = ''] = node.outputs;
    if (own) known.set(value, own);
    for (const name of live) if ((lastUse.get(name) ?? -1) <= i) live.delete(name);
    if (own && live.size === 1 && live.has(value)) found.push({ value, ...own, work });
  }
  return found.map(({ work: before, ...neck }) => ({ ...neck, before: before / work }));
}

const PIXEL: Field = { stride: 1, from: 0, to: 0 };

/** What is known of a node's output; undefined where it is no operator that keeps changes where they are. */
function behind(node: Node, graph: Graph, known: ReadonlyMap<string, Known>, reached: ReadonlySet<string>): Known | undefined {
  const key = nodeKey(node);
  const view = new NodeView(node, graph);
  const shapes = node.inputs.map((_, i) => view.shape(i));
  const changing = node.inputs.flatMap((name, i) => (reached.has(name) ? [{ known: known.get(name), shape: shapes[i] }] : []));
  const [first] = changing;
  if (node.outputs.filter((name) => name !== '').length !== 1 || !first?.known || !isMap(first.shape)) return undefined;
  const { fields, plane } = first.known;
  const alone = changing.length === 1 && reached.has(node.inputs[0] ?? '');
  if (key === 'Transpose') return turned(first.known, intsAttribute(node, 'perm', [3, 2, 1, 0]));
  if (key === 'Pad') return alone ? padded(first.known, new AxesView(node, graph, new Map())) : undefined;
  if (key === 'Conv' || POOLS.has(key)) {
    const kernel = intsAttribute(node, 'kernel_shape') ?? shapes[1]?.slice(2) ?? [];
    if (!alone || !isChannelsFirst(plane) || kernel.length !== 2 || !isStatic(kernel)) return undefined;
    const { strides, dilations, begin } = slidingWindow(node, kernel, first.shape.slice(2) as number[]);
    const through = ({ stride, from, to }: Field, axis: number): Field => ({
      stride: stride * at(strides, axis),
      from: from - at(begin, axis) * stride,
      to: to + (reach(at(kernel, axis), at(dilations, axis)) - at(begin, axis)) * stride,
    });
    return { fields: [through(fields[0], 0), through(fields[1], 1)], plane };
  }
  const channel = isChannelsFirst(plane) ? 1 : 3;
  const joins =
    key === 'Concat'
      ? [channel, channel - 4].includes(intAttribute(node, 'axis', 0)) && changing.length === node.inputs.length
      : ELEMENTWISE.has(key);
  if (!joins) return undefined;
  const others = shapes.filter((_, i) => node.inputs[i] && !reached.has(node.inputs[i] ?? ''));
  const spreads = (shape: Shape | undefined) => shape !== undefined && plane.every((axis) => (shape.at(axis - 4) ?? 1) === 1);
  if (key === 'BatchNormalization' ? channel !== 1 : !others.every(spreads)) return undefined;
  const joined = changing.reduce<Fields | undefined>(
    (all, { known: other, shape }) =>
      all && other && String(other.plane) === String(plane) && sameExtents(shape, first.shape, plane) ? both(all, other.fields) : undefined,
    fields,
  );
  return joined && { fields: joined, plane };
}

const isChannelsFirst = ([row, column]: Plane): boolean => row === 2 && column === 3;

/** Axes in another order: rows still before columns. */
function turned({ fields, plane }: Known, perm: readonly number[]): Known | undefined {
  const [row, column] = plane.map((axis) => perm.indexOf(axis)) as [number, number];
  return perm.length === 4 && perm[0] === 0 && row > 0 && column === row + 1 ? { fields, plane: [row, column] } : undefined;
}

/** Constant elements around rows and columns. */
function padded({ fields, plane }: Known, view: AxesView): Known | undefined {
  const pads = view.integers(1);
  const axes = view.node.inputs[3] ? view.integers(3) : [0, 1, 2, 3];
  if (stringAttribute(view.node, 'mode', 'constant') !== 'constant' || !pads || !axes || pads.length !== 2 * axes.length) return undefined;
  const isPlane = (axis: number): boolean => plane.includes(axis < 0 ? axis + 4 : axis);
  const isOutside = pads.some((pad, i) => pad < 0 || (pad > 0 && !isPlane(axes[i % axes.length] as number)));
  if (isOutside) return undefined;
  const moved = fields.map((field, i): Field => {
    const place = axes.findIndex((axis) => (axis < 0 ? axis + 4 : axis) === plane[i]);
    const by = (pads[place] ?? 0) * field.stride;
    return { stride: field.stride, from: field.from - by, to: field.to - by };
  });
  return { fields: moved as unknown as Fields, plane };
}

const isMap = (shape: Shape | undefined): shape is Shape => shape?.length === 4 && isStatic(shape.slice(1));

const sameExtents = (a: Shape | undefined, b: Shape | undefined, plane: Plane): boolean =>
  a?.length === 4 && plane.every((axis) => a[axis] === b?.[axis]);

function both(a: Fields, b: Fields): Fields | undefined {
  const joined = a.map((field, axis): Field => {
    const other = b[axis] as Field;
    return { stride: field.stride, from: Math.min(field.from, other.from), to: Math.max(field.to, other.to) };
  });
  return a.every(({ stride }, axis) => stride === b[axis]?.stride) ? (joined as unknown as Fields) : undefined;
}
