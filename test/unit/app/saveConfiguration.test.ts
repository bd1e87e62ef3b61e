import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { imagenetNames } from '../../../src/app/labels/imagenet.ts';
import { readConfiguration } from '../../../src/app/settings/configuration.ts';
import { saveConfiguration } from '../../../src/app/settings/saveConfiguration.ts';
import type { Choices } from '../../../src/protocol/choices.ts';
import { refusal } from '../formats/models.ts';
import { type Files, folderWith } from './beside.ts';

function saved(files: Files, choices: Choices, labels?: readonly string[]) {
  const folder = folderWith(files);
  const file = saveConfiguration(path.join(folder, 'model.onnx'), choices, labels);
  expect(file).toBe(path.join(folder, 'inspectum.json'));
  return {
    text: readFileSync(file, 'utf8'),
    json: JSON.parse(readFileSync(file, 'utf8')),
    read: readConfiguration(path.join(folder, 'model.onnx')),
  };
}

const CAFFE = { range: [0, 255], mean: [103.939, 116.779, 123.68], std: [1], channels: 'BGR' } as const;

test('a new file, lists of numbers on one line; it says what was chosen', () => {
  const { text, read } = saved({}, { input: CAFFE });
  expect(text).toBe(`{
  "input": {
    "range": [0, 255],
    "mean": [103.939, 116.779, 123.68],
    "std": [1],
    "channels": "BGR"
  }
}
`);
  expect(read.input).toEqual(CAFFE);
});

test('other fields stay', () => {
  const before = { $schema: 'x', input: { size: [96, 96], range: [0, 1] }, labels: ['[\n 1, 2]'], output: 'logits' };
  expect(saved({ 'inspectum.json': before }, { input: CAFFE }).json).toEqual({ ...before, input: { size: [96, 96], ...CAFFE } });
  expect(saved({ 'inspectum.json': before }, {}).json).toEqual(before);
});

describe('labels', () => {
  const file = (folder: string, name: string): Choices => ({ labels: { file: path.join(folder, name) } });

  test('a file in the folder by its path', () => {
    const folder = folderWith({ 'names/mine.txt': 'a\nb\n' });
    saveConfiguration(path.join(folder, 'model.onnx'), file(folder, 'names/mine.txt'), ['a', 'b']);
    expect(JSON.parse(readFileSync(path.join(folder, 'inspectum.json'), 'utf8'))).toEqual({ labels: 'names/mine.txt' });
    expect(readConfiguration(path.join(folder, 'model.onnx')).names[0]?.names).toEqual(['a', 'b']);
  });

  test('of a file elsewhere, which may go, the names', () => {
    expect(saved({}, file(folderWith({ 'mine.txt': 'a\nb\n' }), 'mine.txt'), ['a', 'b']).json).toEqual({ labels: ['a', 'b'] });
  });

  test('moved by a background class, the names', () => {
    expect(saved({ 'labels.txt': 'x\na\n' }, { labels: { offset: 1 } }, ['a']).json).toEqual({ labels: ['a'] });
  });

  test("ImageNet's by their name", () => {
    const { json, read } = saved({}, { labels: { assumed: 'imagenet' } }, imagenetNames());
    expect(json).toEqual({ labels: 'ImageNet-1k' });
    expect(read.names[0]?.names).toHaveLength(1000);
    expect(saved({}, { labels: { assumed: 'imagenet' } }, imagenetNames(1001)).json.labels).toHaveLength(1001);
  });
});

test('a file that is no object, or cannot be written', () => {
  expect(refusal(() => saved({ 'inspectum.json': '[]' }, {})).message).toMatch(/inspectum\.json: should be a JSON object/);
  const folder = folderWith({});
  mkdirSync(path.join(folder, 'gone'));
  expect(refusal(() => saveConfiguration(path.join(folder, 'no/such/model.onnx'), {}, undefined))).toMatchObject({
    kind: 'missing',
    message: expect.stringMatching(/inspectum\.json: cannot be written \(ENOENT\)/),
  });
});
