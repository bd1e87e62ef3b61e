import { afterAll, describe, expect, it } from 'vitest';
import { Subject } from '../../../src/attribution/evaluation/subject.ts';
import { localOcclusion } from '../../../src/attribution/perturbation/localOcclusion.ts';
import type { Copy } from '../../../src/attribution/perturbation/perturbed.ts';
import { windowsOver } from '../../../src/attribution/perturbation/windows.ts';
import type { Session } from '../../../src/engines/engine.ts';
import { onnxRuntime } from '../../../src/engines/onnxruntime/engine.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { EMPTY_GRAPH, type Graph } from '../../../src/graph/graph.ts';
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

function network(stem: Stem): { readonly graph: Graph; readonly output: string } {
  const builder = new GraphBuilder(EMPTY_GRAPH);
  const x = builder.input('x', 'float32', ['batch', 2, 41, 50]);
  const deep = builder.op('Relu', [conv(builder, stem(builder, x), [6, 4, 3, 3], { pads: [1, 1, 1, 1] })]);
  const wide = conv(builder, deep, [8, 6, 5, 5], { pads: [2, 2, 2, 2] });
  const pooled = builder.op('Flatten', [builder.op('GlobalAveragePool', [builder.op('Relu', [wide])])], { axis: 1 });
  const scores = builder.op('MatMul', [pooled, builder.constant(random(8, 3))]);
  const output = builder.output(scores, 'scores');
  return { graph: inferShapes(builder.build()).graph, output };
}

const sessions: Promise<Session>[] = [];
afterAll(() => Promise.all(sessions.map(async (session) => (await session).release())));

function subjectOf({ graph, output }: ReturnType<typeof network>, examples: number): Subject {
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
  return new Subject({ graph, session, feeds: { x: random(examples, 2, 41, 50) }, attributed: ['x'], output, target: 1 });
}

const stems: readonly (readonly [string, Stem])[] = [
  ['a residual block', residual],
  ['pools and dilated kernels', pools],
  ['automatic padding', same],
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
  windows.flatMap(([shape, strides]) => [1, 2].map((examples) => [name, shape, strides, examples, stem] as const)),
);

describe('what a window changes is all that is computed anew before a value', () => {
  it.each(cases)('%s, window %j by %j, %d examples: scores are those of the whole input', async (_name, shape, strides, examples, stem) => {
    const subject = subjectOf(network(stem), examples);
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
