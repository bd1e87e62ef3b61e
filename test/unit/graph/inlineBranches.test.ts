import { expect, test } from 'vitest';
import { Model } from '../../../src/app/model.ts';
import { randomFeed, runFile } from '../../tools/onnxFiles.ts';
import { fixture } from '../formats/models.ts';

const FILE = fixture('branches.onnx');

test('branches whose condition is known are in the tree, those that depend on values stay an If', async () => {
  const model = Model.open(FILE);
  expect(model.graph.nodes.map((node) => `${node.name} ${node.op}`)).toEqual([
    'act Relu',
    'act_2 Sigmoid',
    'Identity_2 Identity',
    'product Mul',
    'sum Add',
    'ReduceSum_7 ReduceSum',
    'Greater_8 Greater',
    'third If',
    'Identity_0 Identity',
    'Identity_11 Identity',
  ]);
  await model.release();
});

test('the outputs are what ONNX Runtime computes of the file', async () => {
  const model = Model.open(FILE);
  const [port] = model.graph.inputs;
  if (!port) throw new Error('no input');
  const x = randomFeed(port);
  const session = await model.session('the whole graph', () => model.graph);
  expect(await session.run({ x })).toEqual(await runFile(FILE, { x }));
  await model.release();
});
