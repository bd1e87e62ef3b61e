import { expect, test } from 'vitest';
import { Model } from '../../../src/app/model.ts';
import { fromNumbers } from '../../../src/tensor/fromNumbers.ts';
import { runFile } from '../../tools/onnxFiles.ts';
import { fixture } from '../formats/models.ts';
import { noise } from './shapeCases.ts';

const FILE = fixture('sequences.onnx');

test('tensors that are taken out of sequences stand in place of them, with their shapes', async () => {
  const model = Model.open(FILE);
  const { nodes, outputs } = model.graph;
  expect(nodes.filter((node) => /Sequence|Optional/.test(node.op)).map((node) => node.op)).toEqual(['SplitToSequence', 'SequenceAt']);
  expect(Object.fromEntries(outputs.map(({ name, shape }) => [name, shape]))).toMatchObject({
    joined: ['n', 6, 4],
    stacked: [3, 'n', 4],
    part: ['n', 2, 4],
    row: ['n', 4],
    count: [],
    there: [],
    same: ['n', 6, 4],
  });
  await model.release();
});

test('the outputs are what ONNX Runtime computes of the file', async () => {
  const model = Model.open(FILE);
  const feeds = { x: noise([2, 6, 4]), k: fromNumbers('int64', [1], [2]) };
  const session = await model.session('the whole graph', () => model.graph);
  expect(await session.run(feeds)).toEqual(await runFile(FILE, feeds));
  await model.release();
});
