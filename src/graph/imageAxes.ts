import type { Cells } from '../tensor/cells.ts';
import { isFloat } from '../tensor/dtype.ts';
import { isStatic, type Shape } from '../tensor/shape.ts';
import { type Graph, nodeKey } from './graph.ts';
import { type Axes, type Axis, isTokens, noAxes, type TokenAxis } from './imageAxes/axes.ts';
import { AXES_RULES, broadcast } from './imageAxes/rules.ts';
import { AxesView } from './imageAxes/view.ts';

/** An input that takes a picture. */
export interface PictureInput {
  readonly name: string;
  readonly layout: 'NCHW' | 'NHWC';
}

/** A grid that a person has chosen for every sequence of so many tokens. */
export interface ChosenGrid extends TokenAxis {
  readonly tokens: number;
}

const LAYOUTS: Readonly<Record<PictureInput['layout'], Axes>> = {
  NCHW: ['batch', null, 'row', 'column'],
  NHWC: ['batch', 'row', 'column', null],
};

/**
 * Which axes of each value lie over the image, followed from the inputs that take pictures through every node: rows and columns of
 * feature maps in any arrangement, and sequences of patches as grids, with the tokens before them.
 * @param graph with its shapes inferred and its shape arithmetic done
 * @returns values that are missing: it cannot be told
 */
export function imageAxes(graph: Graph, inputs: readonly PictureInput[], chosen: readonly ChosenGrid[] = []): ReadonlyMap<string, Axes> {
  const known = new Map<string, Axes>(inputs.map(({ name, layout }) => [name, LAYOUTS[layout]]));
  for (const port of graph.inputs)
    if (!known.has(port.name) && port.shape && inputs.length > 0) known.set(port.name, noAxes(port.shape.length));
  for (const node of graph.nodes) {
    const key = nodeKey(node);
    const rule = Object.hasOwn(AXES_RULES, key) ? AXES_RULES[key] : broadcast;
    const axes = rule?.(new AxesView(node, graph, known)) ?? [];
    node.outputs.forEach((name, i) => {
      const shape = graph.values.get(name)?.shape;
      const found = shape && withChosen(axes[i], shape, chosen);
      if (found?.length === shape?.length && found) known.set(name, found);
    });
  }
  return known;
}

/** The axes with a chosen grid for a sequence of that length, where it has one, or nothing is known of a value (N, T, C). */
function withChosen(axes: Axes | undefined, shape: Shape, chosen: readonly ChosenGrid[]): Axes | undefined {
  if (!axes) {
    const grid = shape.length === 3 ? chosen.find(({ tokens }) => tokens === shape[1]) : undefined;
    return grid && ['batch', gridOf(grid), null];
  }
  return axes.map((axis, i) => {
    const grid = isTokens(axis) ? chosen.find(({ tokens }) => tokens === shape[i]) : undefined;
    return grid ? gridOf(grid) : axis;
  });
}

const gridOf = ({ height, width, skip }: ChosenGrid): TokenAxis => ({ height, width, skip });

/** How a value lies over the image; undefined where it does not, or holds no floating-point numbers. */
export function cellsOf(graph: Graph, axes: ReadonlyMap<string, Axes>, value: string): Cells | undefined {
  const { shape, dtype = 'float32' } = graph.values.get(value) ?? {};
  if (!shape || !isFloat(dtype)) return undefined;
  const found = axes.get(value);
  const cells = found ? arranged(found, shape) : shape.length === 4 ? sized('channels-first', shape[2], shape[3]) : undefined;
  const isMap = cells && cells.height * cells.width > 1;
  return isMap && hasChannels(cells, shape) ? cells : undefined;
}

function arranged(axes: Axes, shape: Shape): Cells | undefined {
  const isBatch = (i: number): boolean => axes[i] === 'batch' || shape[i] === 1;
  const kind = (axis: Axis | undefined): string => (isTokens(axis) ? 'tokens' : (axis ?? '-'));
  const pattern = axes.map(kind).slice(1).join(' ');
  if (axes.length === 4 && isBatch(0)) {
    if (pattern === '- row column') return sized('channels-first', shape[2], shape[3]);
    if (pattern === 'row column -') return sized('channels-last', shape[1], shape[2]);
  }
  if (axes.length !== 3) return undefined;
  const at = axes.findIndex(isTokens);
  const tokens = axes[at];
  if (!isTokens(tokens) || axes.slice(at + 1).some(isTokens)) return undefined;
  const layout =
    at === 0 && isBatch(1) ? 'tokens-first' : at === 1 && isBatch(0) ? 'tokens' : at === 2 && isBatch(0) ? 'tokens-last' : undefined;
  return layout && { layout, ...tokens };
}

const sized = (layout: Cells['layout'], height: unknown, width: unknown): Cells | undefined =>
  typeof height === 'number' && typeof width === 'number' ? { layout, height, width, skip: 0 } : undefined;

const CHANNEL_AXIS: Readonly<Record<Cells['layout'], number>> = {
  'channels-first': 1,
  'channels-last': 3,
  tokens: 2,
  'tokens-first': 2,
  'tokens-last': 1,
};

/** The axis that holds the channels, which a map weighs. */
export const channelAxis = ({ layout }: Pick<Cells, 'layout'>): number => CHANNEL_AXIS[layout];

const hasChannels = (cells: Cells, shape: Shape): boolean => isStatic([shape[channelAxis(cells)] ?? '']);
