import { neededFor } from '../../graph/builder.ts';
import { NodeView } from '../../graph/describe/view.ts';
import { type Graph, intAttribute, intsAttribute, type Node, nodeKey } from '../../graph/graph.ts';
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

/** A value (N, C, H, W) through which all goes that the explained value has of an input. */
export interface Neck {
  readonly value: string;
  readonly fields: Fields;
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
 * The necks behind an input (N, C, H, W), in order, as far as only convolutions, pools and elementwise operators lead there: a change of
 * some pixels changes only the cells whose fields they are in.
 * @param output the value that is explained
 */
export function necksOf(graph: Graph, input: string, output: string): readonly Neck[] {
  const { nodes } = neededFor(graph.nodes, [output]);
  const fields = new Map<string, Fields>([[input, [PIXEL, PIXEL]]]);
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
    const own = fieldsOf(node, graph, fields, reached);
    for (const name of node.outputs) {
      reached.add(name);
      live.add(name);
    }
    const [value = ''] = node.outputs;
    if (own) fields.set(value, own);
    for (const name of live) if ((lastUse.get(name) ?? -1) <= i) live.delete(name);
    if (own && live.size === 1 && live.has(value)) found.push({ value, fields: own, work });
  }
  return found.map(({ work: before, ...neck }) => ({ ...neck, before: before / work }));
}

const PIXEL: Field = { stride: 1, from: 0, to: 0 };

/** The fields of a node's output; undefined where it is no operator that keeps changes where they are. */
function fieldsOf(node: Node, graph: Graph, known: ReadonlyMap<string, Fields>, reached: ReadonlySet<string>): Fields | undefined {
  const key = nodeKey(node);
  const view = new NodeView(node, graph);
  const shapes = node.inputs.map((_, i) => view.shape(i));
  const changing = node.inputs.flatMap((name, i) => (reached.has(name) ? [{ fields: known.get(name), shape: shapes[i] }] : []));
  const [first] = changing;
  if (node.outputs.filter((name) => name !== '').length !== 1 || !first?.fields || !isMap(first.shape)) return undefined;
  if (key === 'Conv' || POOLS.has(key)) {
    const kernel = intsAttribute(node, 'kernel_shape') ?? shapes[1]?.slice(2) ?? [];
    const isFirst = changing.length === 1 && reached.has(node.inputs[0] ?? '');
    if (!isFirst || kernel.length !== 2 || !isStatic(kernel)) return undefined;
    const { strides, dilations, begin } = slidingWindow(node, kernel, first.shape.slice(2) as number[]);
    const through = ({ stride, from, to }: Field, axis: number): Field => ({
      stride: stride * at(strides, axis),
      from: from - at(begin, axis) * stride,
      to: to + (reach(at(kernel, axis), at(dilations, axis)) - at(begin, axis)) * stride,
    });
    return [through(first.fields[0], 0), through(first.fields[1], 1)];
  }
  const joins = key === 'Concat' ? intAttribute(node, 'axis') === 1 && changing.length === node.inputs.length : ELEMENTWISE.has(key);
  if (!joins) return undefined;
  const others = shapes.filter((_, i) => node.inputs[i] && !reached.has(node.inputs[i] ?? ''));
  const spreads = (shape: Shape | undefined) => shape?.slice(-2).every((size) => size === 1);
  if (key !== 'BatchNormalization' && !others.every(spreads)) return undefined;
  return changing.reduce<Fields | undefined>(
    (all, { fields, shape }) => (all && fields && sameExtents(shape, first.shape) ? both(all, fields) : undefined),
    first.fields,
  );
}

const isMap = (shape: Shape | undefined): shape is Shape => shape?.length === 4 && isStatic(shape.slice(1));

const sameExtents = (a: Shape | undefined, b: Shape | undefined): boolean => a?.length === 4 && a[2] === b?.[2] && a[3] === b?.[3];

function both(a: Fields, b: Fields): Fields | undefined {
  const joined = a.map((field, axis): Field => {
    const other = b[axis] as Field;
    return { stride: field.stride, from: Math.min(field.from, other.from), to: Math.max(field.to, other.to) };
  });
  return a.every(({ stride }, axis) => stride === b[axis]?.stride) ? (joined as unknown as Fields) : undefined;
}
