import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { onnxRuntime } from '../../../../src/engines/onnxruntime/engine.ts';
import { decodeOnnx } from '../../../../src/formats/onnx/decode.ts';
import { lift } from '../../../../src/formats/onnx/lift.ts';
import { lifted } from '../../../../src/formats/onnx/lifted.ts';
import { NEWEST_OPSET, UPGRADES } from '../../../../src/formats/onnx/upgrades/index.ts';
import { validateGraph } from '../../../../src/graph/validate.ts';
import { InspectumError } from '../../../../src/tensor/errors.ts';
import { fromNumbers } from '../../../../src/tensor/fromNumbers.ts';
import { type MemoryDType, type Tensor, tensor } from '../../../../src/tensor/tensor.ts';
import { difference, runFile, type Tensors } from '../../../tools/onnxFiles.ts';
import { fixture } from '../models.ts';

const FIXTURES = path.join(import.meta.dirname, '../../../fixtures/lift');
const read = <T>(name: string): T => JSON.parse(readFileSync(path.join(FIXTURES, name), 'utf8')) as T;
const fileOf = (name: string): string => path.join(FIXTURES, 'models', `${name}.onnx`);

interface Values {
  readonly dtype: MemoryDType;
  readonly dims: readonly number[];
  readonly data: readonly (number | string)[];
}

interface Case {
  readonly name: string;
  /** "Operator@opset" of the row that the model is for, or a word for what is no row. */
  readonly row: string;
  readonly judge: 'onnxruntime' | 'twin' | 'numpy' | 'reference evaluator';
  readonly inputs: Readonly<Record<string, Values>>;
  readonly outputs: Readonly<Record<string, Values>>;
}

interface RefusedCase {
  readonly name: string;
  readonly row: string;
  readonly error: { readonly kind: string; readonly message: string };
}

const all = read<readonly (Case | RefusedCase)[]>('cases.json');
const cases = all.filter((c): c is Case => 'outputs' in c);
const refused = all.filter((c): c is RefusedCase => 'error' in c);

const tensorOf = ({ dtype, dims, data }: Values): Tensor =>
  dtype === 'string' ? tensor(dtype, dims, data as string[]) : fromNumbers(dtype, dims, data as number[]);
const tensorsOf = (values: Case['inputs']): Tensors => Object.fromEntries(Object.entries(values).map(([name, v]) => [name, tensorOf(v)]));

describe('a lifted model computes what the file computes', () => {
  test.each(cases)('$name', async ({ name, judge, inputs, outputs }) => {
    const graph = lift(decodeOnnx(fileOf(name)));
    validateGraph(graph);
    const feeds = tensorsOf(inputs);
    const session = await onnxRuntime.createSession(graph);
    const after = await session.run(feeds);
    await session.release();
    expect(difference(after, tensorsOf(outputs))).toBeLessThan(2e-6);
    if (judge === 'onnxruntime') expect(difference(after, await runFile(fileOf(name), feeds))).toBeLessThan(1e-6);
  });
});

describe('a model that has no form in the opset of graphs is refused in words', () => {
  test.each(refused)('$name', ({ name, error }) => {
    const file = fileOf(name);
    let thrown: unknown;
    try {
      lift(decodeOnnx(file));
    } catch (e) {
      thrown = e;
    }
    expect(thrown).toBeInstanceOf(InspectumError);
    expect(thrown).toMatchObject({ kind: error.kind });
    expect((thrown as Error).message).toContain(error.message);
    expect((thrown as Error).message).toContain(file);
  });
});

test('a file from before opsets were stated is read as of the first, and says so', () => {
  const model = decodeOnnx(path.join(FIXTURES, '../corpus/models/no-opset.onnx'));
  expect(lifted('ONNX', { ...model, irVersion: 2 }).format).toMatch(/^ONNX, no opset stated, read as 1/);
});

describe('the table', () => {
  test('has a model for every row', () => {
    const covered = new Set(all.map((c) => c.row));
    expect(UPGRADES.map((row) => `${row.op}@${row.since}`).filter((row) => !covered.has(row))).toEqual([]);
  });

  test('has one row for an operator and opset', () => {
    const keys = UPGRADES.map((row) => `${row.op}@${row.since}`);
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  });

  /** Changes of inputs, outputs or attributes after which a node of before still means what it meant. */
  const SAME_MEANING: Readonly<Record<string, string>> = {
    'an attribute that was not there before, with a default that is what was before':
      'ArgMax@12 ArgMin@12 AveragePool@7 AveragePool@10 AveragePool@19 Cast@19 CastLike@19 DepthToSpace@11 DequantizeLinear@13 ' +
      'DequantizeLinear@21 DequantizeLinear@23 GRU@14 GatherND@12 LSTM@14 LpPool@11 LpPool@18 MaxPool@8 MaxPool@10 QuantizeLinear@13 ' +
      'QuantizeLinear@19 QuantizeLinear@21 QuantizeLinear@23 RNN@14 Reshape@14 Resize@18 ScatterElements@16 ScatterND@16 Shape@15 TopK@11',
    'an input that was not there before, or an input or output that became optional': 'GRU@3 Gemm@11 OptionalHasElement@18 Pad@18',
    'other ways to give a constant': 'Constant@11 Constant@12',
  };

  test('accounts for every change of a signature in the history of ONNX', () => {
    const { newest, changes } = read<{ newest: number; changes: [op: string, since: number, kind: string][] }>('history.json');
    expect(NEWEST_OPSET).toBe(newest);
    const rows = new Set(UPGRADES.map((row) => `${row.op}@${row.since}`));
    const same = new Set(Object.values(SAME_MEANING).flatMap((list) => list.split(' ')));
    // An operator's end is its successor's row: Scatter became ScatterElements, Upsample became Resize.
    const open = changes.filter(([, , kind]) => kind === 'signature' || kind === 'new').map(([op, since]) => `${op}@${since}`);
    expect(open.filter((key) => !rows.has(key) && !same.has(key))).toEqual([]);
    expect([...same].filter((key) => rows.has(key) || !changes.some(([op, since]) => `${op}@${since}` === key))).toEqual([]);
  });
});

describe('functions', () => {
  const inlined = lift(decodeOnnx(fileOf('functions-nested-and-repeated')));

  test('leave no call and no domain', () => {
    expect(inlined.nodes.map((node) => node.op)).toEqual(['LeakyRelu', 'LeakyRelu', 'Neg', 'LeakyRelu', 'LeakyRelu']);
    expect(inlined.domains.size).toBe(0);
    expect(lift(decodeOnnx(fileOf('functions-unused-domain'))).domains.size).toBe(0);
  });

  test('give their nodes the path of calls as module and prefix', () => {
    expect(inlined.nodes.map((node) => node.module)).toEqual([
      'Twice_0.Leaky_0',
      'Twice_0.Leaky_1',
      undefined,
      'Twice_2.Leaky_0',
      'Twice_2.Leaky_1',
    ]);
    expect(inlined.nodes[0]?.name).toBe('Twice_0/Leaky_0/LeakyRelu_0');
  });

  test('keep attributes by reference apart from call to call', () => {
    const slopes = inlined.nodes.flatMap((node) => (node.op === 'LeakyRelu' ? [node.attributes.alpha] : []));
    expect(slopes.map((a) => a?.type === 'float' && Math.fround(a.value))).toEqual([0.5, 0.3, 0.5, 0.3].map(Math.fround));
  });
});

test('no weight is read: the file may be gone', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lift-'));
  const copy = path.join(folder, 'model.onnx');
  copyFileSync(fixture('torchscript.onnx'), copy);
  const model = decodeOnnx(copy);
  rmSync(folder, { recursive: true });
  expect([...model.graph.initializers.values()].map((i) => i.source.kind)).toContain('file');
  expect(lift(model).nodes.at(-1)?.op).toBe('Gemm');
});

test('the main node keeps its name, its module and the names of its outputs', () => {
  const softmax = lift(decodeOnnx(fileOf('Softmax-13-default-of-3')));
  expect(softmax.nodes.map((node) => [node.name, node.op])).toEqual([
    ['Softmax_0~Flatten', 'Flatten'],
    ['Softmax_0', 'Softmax'],
    ['Softmax_0~Shape', 'Shape'],
    ['Softmax_0~Reshape', 'Reshape'],
  ]);
  expect(lift(decodeOnnx(fileOf('Softmax-13-ones-behind'))).nodes.map((node) => node.op)).toEqual(['Softmax']);
});

describe('the parts of a fused operator', () => {
  const nodesOf = (name: string) => {
    const { graph } = lifted('ONNX', decodeOnnx(fileOf(`fused-${name}`)));
    return graph.nodes.map(({ name, op, module }) => [name, op, module ?? '']);
  };

  test('are a group of its name', () => {
    expect(nodesOf('unnamed')).toEqual([
      ['FusedConv_0/Conv', 'Conv', 'FusedConv_0'],
      ['FusedConv_0/Relu', 'Relu', 'FusedConv_0'],
    ]);
    const attention = nodesOf('attention');
    expect(new Set(attention.map(([, , module]) => module))).toEqual(new Set(['Attention_0']));
    expect(attention.map(([name]) => name)).toEqual(
      expect.arrayContaining(['query', 'key', 'value', 'scores', 'weights', 'context'].map((part) => `Attention_0/${part}`)),
    );
  });

  test('belong to the module that names of weights tell', () => {
    expect(nodesOf('told-by-weights').map(([, op, module]) => [op, module])).toEqual([
      ['Conv', 'layer1.conv'],
      ['Relu', 'layer1'],
    ]);
  });

  test('are the node itself where there is one', () => {
    expect(nodesOf('one-part')).toEqual([['gelu', 'Gelu', '']]);
  });

  test("have the names and modules of the operators that were fused, where the file's names tell them", () => {
    expect(nodesOf('told-apart')).toEqual([
      ['/conv/Conv', 'Conv', 'conv'],
      ['/act/Relu', 'Relu', 'act'],
      ['/block/conv/Conv', 'Conv', 'block.conv'],
      ['/block/conv/Conv/Add', 'Add', 'block'],
      ['/block/act/Relu', 'Relu', 'block.act'],
      ['Gelu_token_3', 'Gelu', 'block.gelu'],
      ['/block/fc/MatMul/MatMul', 'MatMul', 'block.fc'],
      ['/block/fc/MatMul', 'Mul', 'block.fc'],
    ]);
    expect(nodesOf('in-a-function')).toEqual([
      ['block/act/Add', 'Add', 'block'],
      ['block/act', 'Gelu', 'block'],
    ]);
  });

  test('give the outputs that are read', () => {
    expect(nodesOf('outputs').map(([, op]) => op)).toEqual(['Add', 'LayerNormalization', 'Identity']);
  });

  test.each(['attention-with-past', 'unknown-rank'])('stay in one where its form is not taken apart: %s', (name) => {
    const { nodes, domains } = lift(decodeOnnx(fileOf(`fused-${name}`)));
    expect(nodes.map((node) => node.domain)).toEqual(['com.microsoft']);
    expect([...domains]).toEqual([['com.microsoft', 1]]);
  });

  test('need no domain', () => {
    expect(lift(decodeOnnx(fileOf('fused-attention'))).domains.size).toBe(0);
  });
});
