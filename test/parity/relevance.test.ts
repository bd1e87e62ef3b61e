import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { attribute } from '../../src/app/methods/attribute.ts';
import { Model } from '../../src/app/model.ts';
import { Baselines } from '../../src/attribution/baselines.ts';
import { Subject } from '../../src/attribution/evaluation/subject.ts';
import type { Place } from '../../src/attribution/evaluation/target.ts';
import { METHODS } from '../../src/attribution/index.ts';
import { Random } from '../../src/attribution/random.ts';
import { Work } from '../../src/attribution/work.ts';
import { Network } from '../../src/autodiff/rules/lrp/network.ts';
import { onnxRuntime } from '../../src/engines/onnxruntime/engine.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { parameterValues } from '../../src/tensor/parameters.ts';
import { floats, sizeOf } from '../../src/tensor/tensor.ts';

const FIXTURES = path.join(import.meta.dirname, '../fixtures');
/** Of the score. */
const TOLERANCE = 1e-3;

/** The network with 0 for every constant that is added to something. */
function withoutBiases(graph: Graph): Graph {
  const builder = new GraphBuilder(graph);
  for (const { value } of new Network(graph).biasesBehind(graph.inputs.map(({ name }) => name))) {
    const kept = builder.fresh(value);
    const initializer = builder.initializers.get(value);
    const maker = builder.nodes.find(({ outputs }) => outputs.includes(value));
    if (initializer) {
      builder.initializers.delete(value);
      builder.initializers.set(kept, { ...initializer, name: kept });
    } else if (maker) builder.replace(maker, { ...maker, outputs: maker.outputs.map((name) => (name === value ? kept : name)) });
    const inputs = [kept, builder.float(0)];
    const zero = { name: builder.fresh('zero'), op: 'Mul', domain: '', inputs, outputs: [value], attributes: {} };
    builder.nodes.splice(maker ? builder.nodes.findIndex(({ outputs }) => outputs.includes(kept)) + 1 : 0, 0, zero);
  }
  return builder.build();
}

async function relevance(file: string, target: Place, set: Record<string, unknown>) {
  const model = Model.open(path.join(FIXTURES, file), { threads: 1 });
  opened.push(model);
  const graph = withoutBiases(model.graph);
  const random = new Random(5);
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, shape = [] }) => {
      const dims = shape.map((dim) => (typeof dim === 'number' ? dim : 1));
      return [
        name,
        floats(
          dims,
          Float32Array.from({ length: sizeOf(dims) }, () => random.normal()),
        ),
      ];
    }),
  );
  const output = graph.outputs[0]?.name ?? '';
  const session = async (_key: string, build: () => Graph) => {
    const made = await onnxRuntime.createSession(build(), { threads: 1 });
    opened.push(made);
    return made;
  };
  const subject = new Subject({ graph, session, feeds, attributed: Object.keys(feeds), output, target });
  const result = await METHODS.LRP.attribute({
    subject,
    baselines: new Baselines(),
    parameters: parameterValues('LRP', METHODS.LRP.parameters, set),
    random,
    work: new Work(),
  });
  const [score = 0] = await subject.scores();
  return {
    score,
    sum: result.parts.reduce((sum, { tensor }) => sum + tensor.data.reduce((a, b) => a + b, 0), 0),
    delta: result.delta?.[0],
  };
}

const opened: { release(): Promise<void> }[] = [];
afterAll(() => Promise.all(opened.map((one) => one.release())));

const EXPORTS = ['script', 'dynamo'] as const;
const networks: readonly (readonly [string, Place])[] = [
  ...EXPORTS.flatMap((exporter) =>
    (
      [
        ['residual', 3],
        ['inverted', 0],
        ['branches', 1],
        ['segmenter', [0, 3, 12]],
        ['transformer', 5],
        ['perceptron', 0],
      ] as const
    ).map(([name, target]) => [`networks/models/${name}.${exporter}.onnx`, target] as const),
  ),
  ['networks/models/residual.script.unfolded.onnx', 3],
  ['networks/models/inverted.script.unfolded.onnx', 0],
  ['methods/models/lrp-products.onnx', 2],
  ['methods/models/lrp-recurrent.onnx', 1],
  ['explained/models/softmax-in-parts.onnx', 2],
  ['explained/models/vit.dynamo.onnx', 0],
  ['explained/models/swin.onnx', 0],
  ['fused/multi-head.onnx', 1],
  ['quantized/models/dynamic.onnx', 1],
  ['methods/models/lrp-plain.onnx', 4],
  ['methods/models/lrp-normalised.onnx', 1],
];

describe('relevance is conserved where there are no biases', () => {
  it.each(networks)('%s', async (file, target) => {
    const { score, sum, delta } = await relevance(file, target, {});
    expect(Math.abs(sum - score)).toBeLessThanOrEqual(TOLERANCE * Math.abs(score));
    expect(delta).toBeCloseTo(score - sum, 5);
  });

  it.each([
    { rule: 'Gamma' },
    { rule: 'EpsilonPlus' },
    { rule: 'EpsilonPlusFlat' },
    { rule: 'EpsilonGamma' },
    { rule: 'EpsilonGammaBox', low: -5, high: 5 },
    { rule: 'Identity' },
    { batch_norm: 'Identity' },
  ])('%j', async (set) => {
    const { score, sum } = await relevance('networks/models/residual.script.unfolded.onnx', 3, set);
    expect(Math.abs(sum - score)).toBeLessThanOrEqual(TOLERANCE * Math.abs(score));
  });
});

describe('what became of the score', () => {
  it("BasicModel_MultiLayer of Captum's tests: biases −10, 1, 1, 1 and −1", async () => {
    const model = Model.open(path.join(FIXTURES, 'networks/models/captum_multilayer.onnx'), { threads: 1 });
    opened.push(model);
    const { attribution, delta, remarks } = await attribute(model, {
      method: 'LRP',
      feeds: { input: floats([1, 3], [0, 100, 0]) },
      target: 0,
      set: {},
    });
    expect(Array.from(attribution.data)).toEqual([0, 400, 0]);
    expect(delta).toEqual([-8]);
    expect(remarks).toEqual([
      'Of the score 392 the attributions carry 400, and biases absorb -8 (the most: linear1 -7, linear2 -1). The error of conservation is 0.',
    ]);
  });

  it('a layer that is not on every way', async () => {
    const model = Model.open(path.join(FIXTURES, 'networks/models/residual.script.unfolded.onnx'), { threads: 1 });
    opened.push(model);
    const input = floats(
      [1, 3, 21, 30],
      Float32Array.from({ length: 1890 }, (_, i) => Math.sin(i)),
    );
    const { remarks } = await attribute(model, { method: 'LayerLRP', layer: 'layer2.1.conv1', feeds: { input }, target: 0, set: {} });
    expect(remarks?.[0]).toMatch(
      /The error of conservation is -?[\d.]+, which went by ways that are not attributed to or was lost near 0\.$/,
    );
  });

  it('the box rule needs the range of the input', async () => {
    const given = relevance('networks/models/residual.script.onnx', 3, { rule: 'EpsilonGammaBox', low: 1 });
    await expect(given).rejects.toThrow('needs the range of the input: set low and high');
  });
});
