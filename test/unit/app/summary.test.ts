import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Model } from '../../../src/app/model.ts';
import type { Choices } from '../../../src/protocol/choices.ts';
import type { ModelSummary } from '../../../src/protocol/model.ts';

const open = (name: string, choices: Choices = { explain: 'logits' }): ModelSummary =>
  Model.open(path.join(import.meta.dirname, '../../fixtures/explained/models', `${name}.onnx`), { choices }).summary;

describe('what is explained', () => {
  test.each([
    ['softmax-in-parts', { what: 'logits', output: 'output', value: 'logits', operator: 'Softmax', dims: [5], outputs: ['output'] }, 5],
    [
      'scores-and-label',
      { what: 'logits', output: 'probabilities', value: 'logits', operator: 'Softmax', dims: [5], outputs: ['label', 'probabilities'] },
      5,
    ],
    ['dictionaries', { what: 'output', output: 'probabilities', value: 'scores', dims: [3], outputs: ['label', 'probabilities'] }, 3],
    ['single', { what: 'output', output: 'output', value: 'output', dims: [1], outputs: ['output'] }, 1],
    [
      'single-sigmoid',
      { what: 'logits', output: 'output', value: '/head/Gemm_output_0', operator: 'Sigmoid', dims: [1], outputs: ['output'] },
      1,
    ],
    [
      'segmenter',
      { what: 'output', output: 'output', value: 'output', dims: [4, 224, 224], outputs: ['output'], imageAxes: [1, 2] },
      undefined,
    ],
    ['detector', { what: 'output', output: 'output', value: 'output', dims: [80, 7], outputs: ['output'] }, undefined],
    ['embedding', { what: 'output', output: 'output', value: 'output', dims: [12], outputs: ['output'] }, undefined],
  ])('of %s', (name, explains, classes) => {
    const summary = open(name);
    expect(summary.explains).toEqual(explains);
    expect(summary.classes).toBe(classes);
  });

  test('is the first output that is no label, raw, where nobody asks for logits', () => {
    expect(open('scores-and-label', {}).explains).toMatchObject({ what: 'output', value: 'probabilities' });
    expect(open('softmax-in-parts', {}).explains).toMatchObject({ what: 'output', value: 'output', operator: 'Softmax' });
  });

  test('is the output that is chosen', () => {
    expect(open('scores-and-label', { output: 'probabilities' }).explains).toMatchObject({ what: 'output', value: 'probabilities' });
  });
});

describe('the layer that is shown first', () => {
  test.each([
    ['single', 'features.3'],
    // the class token alone is read after the last attention
    ['vit', 'blocks.1.norm1'],
    ['vit.dynamo', 'blocks.1.norm1'],
    ['clip', 'norm2'],
    ['swin', 'norm'],
    // both grids of the detector depend on it
    ['detector', '/stem/stem.3/Mul'],
    ['segmenter', 'head'],
    ['signal', undefined],
  ])('of %s is %s', (name, layer) => {
    expect(open(name).defaultLayer).toBe(layer);
  });
});

describe('the grids of token sequences', () => {
  const vit = { tokens: 23, height: 4, width: 5, skip: 3 };
  test.each([
    ['vit', [{ ...vit, chosen: false }]],
    ['swin', []],
    ['detector', []],
  ])('of %s', (name, grids) => {
    expect(open(name).tokenGrids).toEqual(grids);
  });

  test('are those that are chosen', () => {
    const tokens = [{ tokens: 23, height: 2, width: 10, skip: 3 }];
    expect(open('vit', { tokens }).tokenGrids).toEqual([{ ...tokens[0], chosen: true }]);
    expect(open('vit', { tokens: [{ tokens: 23, height: 11, width: 2, skip: 1 }] }).layers).toEqual(
      expect.arrayContaining([expect.objectContaining({ cells: { layout: 'tokens', height: 11, width: 2, skip: 1 } })]),
    );
  });

  test.each([
    [{ tokens: 23, height: 5, width: 5, skip: 0 }],
    [{ tokens: 23, height: 4, width: 5, skip: -1 }],
    [{ tokens: 23, height: 4.5, width: 2, skip: 1 }],
  ])('that do not fit are refused: %j', (grid) => {
    expect(() => open('vit', { tokens: [grid] })).toThrow(/23 tokens/);
  });
});
