import { afterAll, describe, expect, it } from 'vitest';
import { Subject } from '../../../src/attribution/evaluation/subject.ts';
import { localOcclusion } from '../../../src/attribution/perturbation/localOcclusion.ts';
import type { Copy } from '../../../src/attribution/perturbation/perturbed.ts';
import { windowsOver } from '../../../src/attribution/perturbation/windows.ts';
import type { Session } from '../../../src/engines/engine.ts';
import { onnxRuntime } from '../../../src/engines/onnxruntime/engine.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { EMPTY_GRAPH, type Graph } from '../../../src/graph/graph.ts';
import type { Axes } from '../../../src/graph/imageAxes/axes.ts';
import { inferShapes } from '../../../src/graph/inferShapes.ts';
import { floats, sizeOf, type Tensor } from '../../../src/tensor/tensor.ts';

let seed = 1;
const random = (...dims: number[]): Tensor<'float32'> =>
  floats(
    dims,
    Array.from({ length: sizeOf(dims) }, () => Math.sin(seed++ * 12.9898) * 0.7),
  );

/** What a network begins with, before its channels are pooled and weighted. */
type Stem = (builder: GraphBuilder, x: string) => string;

const conv = (
  builder: GraphBuilder,
  x: string,
  weight: number[],
  attributes: Record<string, string | readonly number[] | number>,
): string => builder.op('Conv', [x, builder.constant(random(...weight)), builder.constant(random(weight[0] as number))], attributes);

const residual: Stem = (builder, x) => {
  const first = builder.op('Relu', [conv(builder, x, [4, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] })]);
  const inner = conv(builder, builder.op('HardSwish', [first]), [4, 1, 3, 3], { group: 4, pads: [1, 1, 1, 1] });
  const sum = builder.op('Add', [inner, first]);
  return builder.op('Mul', [builder.op('Add', [sum, builder.constant(random(4, 1, 1))]), builder.float(1.5)]);
};
const pools: Stem = (builder, x) => {
  const stem = conv(builder, x, [4, 2, 3, 2], { dilations: [2, 1], pads: [2, 0, 1, 1] });
  const most = builder.op('MaxPool', [stem], { kernel_shape: [3, 3], strides: [2, 3], pads: [1, 1, 1, 1] });
  const mean = builder.op('AveragePool', [stem], { kernel_shape: [2, 3], strides: [2, 3], pads: [0, 1, 1, 1], count_include_pad: 0 });
  return conv(builder, builder.op('Concat', [most, mean], { axis: 1 }), [4, 8, 1, 1], {});
};
const same: Stem = (builder, x) =>
  builder.op('Tanh', [
    conv(builder, builder.op('Sigmoid', [conv(builder, x, [4, 2, 4, 3], { strides: [2, 2], auto_pad: 'SAME_UPPER' })]), [4, 4, 3, 3], {
      auto_pad: 'SAME_LOWER',
    }),
  ]);
const padded: Stem = (builder, x) => {
  const pad = (value: string, pads: number[], constant: number, axes: number[] = []): string =>
    builder.op('Pad', [value, builder.ints(pads), builder.float(constant), ...(axes.length > 0 ? [builder.ints(axes)] : [])]);
  const first = conv(builder, pad(x, [0, 0, 1, 2, 0, 0, 2, 1], 0), [4, 2, 3, 3], { strides: [2, 2] });
  return conv(builder, pad(builder.op('Relu', [first]), [2, 1, 0, 2], 0.4, [-1, 2]), [4, 4, 3, 3], { pads: [1, 0, 0, 1] });
};
/** Of (N, H, W, C), and back in that order between its convolutions. */
const channelsLast: Stem = (builder, x) => {
  const turned = (value: string, perm: number[]): string => builder.op('Transpose', [value], { perm });
  const scaled = builder.op('Sub', [builder.op('Mul', [x, builder.constant(random(2))]), builder.float(0.2)]);
  const first = conv(builder, turned(scaled, [0, 3, 1, 2]), [4, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] });
  const last = builder.op('Relu', [builder.op('Add', [turned(first, [0, 2, 3, 1]), builder.constant(random(1, 1, 4))])]);
  const wider = builder.op('Concat', [last, builder.op('Tanh', [last])], { axis: -1 });
  const pad = builder.op('Pad', [wider, builder.ints([0, 1, 0, 0, 0, 1, 2, 0])]);
  return conv(builder, builder.op('MaxPool', [turned(pad, [0, 3, 1, 2])], { kernel_shape: [3, 3] }), [4, 8, 3, 3], {});
};

function network(stem: Stem): { readonly graph: Graph; readonly output: string } {
  const builder = new GraphBuilder(EMPTY_GRAPH);
  const x = builder.input('x', 'float32', ['batch', ...extentsOf(stem)]);
  const deep = builder.op('Relu', [conv(builder, stem(builder, x), [6, 4, 3, 3], { pads: [1, 1, 1, 1] })]);
  const wide = conv(builder, deep, [8, 6, 5, 5], { pads: [2, 2, 2, 2] });
  const pooled = builder.op('Flatten', [builder.op('GlobalAveragePool', [builder.op('Relu', [wide])])], { axis: 1 });
  const scores = builder.op('MatMul', [pooled, builder.constant(random(8, 3))]);
  const output = builder.output(scores, 'scores');
  return { graph: inferShapes(builder.build()).graph, output };
}

/** Of one example. */
const extentsOf = (stem: Stem): number[] => (stem === channelsLast ? [41, 50, 2] : [2, 41, 50]);

const sessions: Promise<Session>[] = [];
afterAll(() => Promise.all(sessions.map(async (session) => (await session).release())));

function subjectOf(stem: Stem, examples: number): Subject {
  const { graph, output } = network(stem);
  const cache = new Map<string, Promise<Session>>();
  const session = (key: string, build: () => Graph): Promise<Session> => {
    let made = cache.get(key);
    if (!made) {
      made = onnxRuntime.createSession(build(), { threads: 1 });
      cache.set(key, made);
      sessions.push(made);
    }
    return made;
  };
  const axes = new Map<string, Axes>(stem === channelsLast ? [['x', ['batch', 'row', 'column', null]]] : []);
  return new Subject({ graph, axes, session, feeds: { x: random(examples, ...extentsOf(stem)) }, attributed: ['x'], output, target: 1 });
}

const stems: readonly (readonly [string, Stem])[] = [
  ['a residual block', residual],
  ['pools and dilated kernels', pools],
  ['automatic padding', same],
  ['padding by an operator', padded],
  ['channels as the last axis', channelsLast],
];
const windows: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 5, 5],
    [2, 5, 5],
  ],
  [
    [1, 7, 4],
    [1, 6, 3],
  ],
];
const cases = stems.flatMap(([name, stem]) =>
  windows.flatMap((window) => {
    // in the order of the input's axes
    const [shape, strides] = window.map(([depth = 1, ...rest]) => (stem === channelsLast ? [...rest, depth] : [depth, ...rest]));
    return [1, 2].map((examples) => [name, shape ?? [], strides ?? [], examples, stem] as const);
  }),
);

describe('what a window changes is all that is computed anew before a value', () => {
  it.each(cases)('%s, window %j by %j, %d examples: scores are those of the whole input', async (_name, shape, strides, examples, stem) => {
    const subject = subjectOf(stem, examples);
    const [sliding] = windowsOver(subject.given, shape, strides) as [ReturnType<typeof windowsOver>[number]];
    const write = (index: number, copy: Copy): boolean => {
      const x = copy.x as Float32Array;
      sliding.forEachRange(index, (from, to) => {
        for (let first = 0; first < x.length; first += x.length / examples) x.fill(0.3, first + from, first + to);
      });
      return true;
    };
    const local = await localOcclusion(subject, sliding, write);
    if (!local) throw new Error('it is not made use of');
    const [value] = local.subject.attributed as [string];
    const [input, intact] = [subject.given.x, local.subject.given[value]] as [Tensor<'float32'>, Tensor<'float32'>];
    const base = await subject.scores();
    let largest = 0;
    for (let index = 0; index < sliding.count; index++) {
      const [whole, part] = [input.data.slice(), intact.data.slice()];
      write(index, { x: whole });
      expect(await local.write(index, { [value]: part })).toBe(true);
      const expected = await subject.scores({ x: floats(input.dims, whole) });
      const found = await local.subject.scores({ [value]: floats(intact.dims, part) });
      for (const [i, score] of expected.entries()) {
        largest = Math.max(largest, Math.abs(score - (base[i] as number)));
        expect(found[i]).toBeCloseTo(score, 5);
      }
    }
    expect(largest).toBeGreaterThan(1e-3);
  });
});
