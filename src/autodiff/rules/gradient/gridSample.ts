import { intAttribute, stringAttribute } from '../../../graph/graph.ts';
import { DTYPES } from '../../../tensor/dtype.ts';
import { type Rule, type RuleContext, type RuleSet, refusal } from '../../rule.ts';
import { perInput, scalarLike } from '../helpers.ts';
import { reshapeLike, scatterAdd, zerosLike } from '../shapes.ts';
import { floatsLike } from '../slidingWindow.ts';

/** A row or column of pixels beside each sampled point; all of batch×1×points. */
interface Neighbour {
  /** int64, within the image. */
  readonly index: string;
  /** Its part of the sample; 0 outside of the image. */
  readonly weight: string;
  /** What the weight gains for each pixel that the point moves on. */
  readonly gain: string;
}

/** One row or column (mode nearest), or two (linear). */
interface Axis {
  readonly neighbours: readonly Neighbour[];
  /** Pixels that the point moves on for each unit of the grid. */
  readonly slope: string;
}

/** Samples of batch×channels×height×width at the points (x, y) of a grid, from −1 to 1, with PyTorch's conventions at borders. */
const gridSample: Rule = (context) => {
  const { builder, dy, node } = context;
  const [x, grid] = [context.x(0), context.x(1)];
  if (context.shape(x).length !== 4) throw refusal(context, 'it samples volumes; only sampling images has one.');
  const mode = stringAttribute(node, 'mode', 'linear');
  if (mode === 'cubic') throw refusal(context, 'its mode is cubic; linear and nearest have one.');
  const [height, width] = context.staticShape(x, 2) as [number, number];
  const flat = (value: string): string => builder.op('Reshape', [value, builder.ints([0, 0, -1])]);
  const [pixels, points] = [flat(x), flat(dy)];
  const [columns, rows] = [axisOf(context, 0, width, mode), axisOf(context, 1, height, mode)];
  const corners = rows.neighbours.flatMap((row) =>
    columns.neighbours.map((column) => {
      const place = builder.add(builder.mul(row.index, builder.ints([width])), column.index);
      return { row, column, places: builder.op('Expand', [place, builder.op('Shape', [points])]) };
    }),
  );
  const toImage = (): string => {
    const parts = corners.map(({ row, column }) => builder.mul(points, builder.mul(row.weight, column.weight)));
    const places = corners.map((corner) => corner.places);
    const [updates, indices] = [parts, places].map((each) => builder.op('Concat', each, { axis: 2 })) as [string, string];
    return reshapeLike(context, scatterAdd(context, builder.op('Shape', [pixels]), indices, updates, 2, context.dtype(x)), x);
  };
  const toGrid = (): string => {
    const moved = corners.map(({ row, column, places }) => {
      const values = builder.mul(builder.op('GatherElements', [pixels, places], { axis: 2 }), points);
      const sum = builder.op('ReduceSum', [values, builder.ints([1])], { keepdims: 1 });
      return [builder.mul(column.gain, row.weight), builder.mul(row.gain, column.weight)].map((share) => builder.mul(sum, share));
    });
    const slopes = [columns, rows].map(({ slope }, k) => {
      const sum = builder.op(
        'Sum',
        moved.map((each) => each[k] as string),
      );
      return builder.mul(sum, slope);
    });
    const coordinates = builder.op('Concat', slopes, { axis: 1 });
    return reshapeLike(context, builder.op('Transpose', [coordinates], { perm: [0, 2, 1] }), grid);
  };
  return perInput(context, (i) => (i === 0 ? toImage() : mode === 'nearest' ? zerosLike(context, grid) : toGrid()));
};

/** Coordinate k of the grid's points, in pixels of an axis of the image, and what stands beside them. */
function axisOf(context: RuleContext, k: 0 | 1, extent: number, mode: string): Axis {
  const { builder, node } = context;
  const number = (value: number): string => scalarLike(context, value, context.x(1));
  const toFloat = (condition: string): string => builder.op('Cast', [condition], { to: DTYPES[context.dtype(context.x(1))].code });
  const given = builder.op('Gather', [context.x(1), builder.ints([k])], { axis: 3 });
  const unit = (intAttribute(node, 'align_corners', 0) === 1 ? extent - 1 : extent) / 2;
  const linear = builder.op('Reshape', [given, builder.ints([0, 1, -1])]);
  const inPixels = builder.add(builder.mul(linear, number(unit)), number((extent - 1) / 2));
  const { position, slope } = withinImage(context, inPixels, extent);
  const inside = (index: string): string =>
    toFloat(builder.op('And', [builder.op('GreaterOrEqual', [index, number(0)]), builder.op('LessOrEqual', [index, number(extent - 1)])]));
  const indexOf = (index: string): string =>
    builder.op('Cast', [builder.op('Clip', [index, number(0), number(extent - 1)])], { to: DTYPES.int64.code });
  const neighbour = (index: string, share: string, sign: number): Neighbour => {
    const counts = inside(index);
    return { index: indexOf(index), weight: builder.mul(share, counts), gain: builder.mul(counts, number(sign)) };
  };
  const pixelSlope = builder.mul(slope, number(unit));
  if (mode === 'nearest') return { neighbours: [neighbour(builder.op('Round', [position]), number(1), 0)], slope: pixelSlope };
  const before = builder.op('Floor', [position]);
  const after = builder.sub(position, before);
  return {
    neighbours: [neighbour(before, builder.sub(number(1), after), -1), neighbour(builder.add(before, number(1)), after, 1)],
    slope: pixelSlope,
  };
}

/** A position brought into the image as the padding mode says, and how fast it moves with the given one. */
function withinImage(context: RuleContext, given: string, extent: number): { readonly position: string; readonly slope: string } {
  const { builder, node } = context;
  const padding = stringAttribute(node, 'padding_mode', 'zeros');
  const number = (value: number): string => scalarLike(context, value, context.x(1));
  if (padding === 'zeros') return { position: given, slope: number(1) };
  const { position, slope } = padding === 'reflection' ? reflected(context, given, extent) : { position: given, slope: number(1) };
  const [low, high] = [number(0), number(extent - 1)];
  const isInside = builder.op('And', [builder.op('Greater', [position, low]), builder.op('Less', [position, high])]);
  return { position: builder.op('Clip', [position, low, high]), slope: builder.op('Where', [isInside, slope, number(0)]) };
}

/** Mirrored at the image's borders (the middle of the outer pixels where corners are aligned) as often as it takes. */
function reflected(context: RuleContext, given: string, extent: number): { readonly position: string; readonly slope: string } {
  const { builder, node } = context;
  const number = (value: number): string => scalarLike(context, value, context.x(1));
  const low = intAttribute(node, 'align_corners', 0) === 1 ? 0 : -0.5;
  const span = extent - 1 - 2 * low;
  if (span === 0) return { position: number(0), slope: number(0) };
  const moved = builder.sub(given, number(low));
  const distance = builder.op('Abs', [moved]);
  const rest = builder.op('Mod', [distance, number(2 * span)], { fmod: 1 });
  const isBack = builder.op('Greater', [rest, number(span)]);
  const folded = builder.op('Where', [isBack, builder.sub(number(2 * span), rest), rest]);
  const side = builder.op('Where', [builder.op('Less', [moved, number(0)]), number(-1), number(1)]);
  return { position: builder.add(folded, number(low)), slope: builder.op('Where', [isBack, builder.op('Neg', [side]), side]) };
}

/** Points are θ·(x, y, 1), or θ·(x, y, z, 1): the gradient is the products of theirs with the points of the identity. */
const affineGrid: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const [theta, size] = [context.x(0), context.x(1)];
  const rank = context.staticShape(theta, 1)[0] as number;
  const unit = Array.from({ length: rank * (rank + 1) }, (_, k) => (k % (rank + 2) === 0 ? 1 : 0));
  const identity = builder.op('Expand', [floatsLike(context, [1, rank, rank + 1], unit, theta), builder.op('Shape', [theta])]);
  const inRows = (points: string): string => builder.op('Reshape', [points, builder.ints([0, -1, rank])]);
  const points = inRows(builder.op('AffineGrid', [identity, size], { align_corners: intAttribute(node, 'align_corners', 0) }));
  const ones = builder.op('Pad', [points, builder.ints([0, 0, 0, 0, 0, 1]), scalarLike(context, 1, theta)]);
  return [builder.op('MatMul', [builder.op('Transpose', [inRows(dy)], { perm: [0, 2, 1] }), ones])];
};

export const gridSampleRules: RuleSet = { AffineGrid: affineGrid, GridSample: gridSample };
