import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../../../src/app/settings/configuration.ts';
import type { InputSettings } from '../../../src/protocol/choices.ts';
import { refusal, temporaryFolder } from '../formats/models.ts';
import { configured } from './beside.ts';

const NOTHING = { input: {}, origins: {}, names: [], output: 'auto', files: [], notes: [] };

test('nothing beside the model: nothing is said', () => {
  expect(configured({})).toEqual(NOTHING);
});

describe('inspectum.json', () => {
  test('all fields', () => {
    const input = {
      size: [224, 192],
      fit: 'shorter-side',
      resize: 256,
      crop: 'center',
      interpolation: 'bicubic',
      channels: 'BGR',
      layout: 'NHWC',
      dtype: 'uint8',
      range: [0, 255],
      mean: [1, 2, 3],
      std: [4, 5, 6],
      pad: [0, 0, 0],
      align: 'start',
      background: [255, 0, 10],
    };
    const found = configured({ 'inspectum.json': { input, labels: ['a', 'b'], output: 'logits' } });
    expect(found).toMatchObject({ input, output: 'logits', names: [{ names: ['a', 'b'], source: 'inspectum.json', binding: true }] });
    expect(found.files.map((file) => path.basename(file))).toEqual(['inspectum.json']);
    expect(found.origins.mean).toEqual({ from: 'file', where: 'inspectum.json', strict: true });
  });

  test('a named one is read in its place', () => {
    const files = { 'inspectum.json': { output: 'logits' }, 'other.json': { output: 'probabilities' } };
    expect(configured(files).output).toBe('logits');
    expect(configured(files, { config: 'other.json' }).output).toBe('probabilities');
  });

  test('may begin with a byte order mark', () => {
    expect(configured({ 'inspectum.json': '\uFEFF{"output": "logits"}' }).output).toBe('logits');
  });

  test('labels are names, a file of them, or those of ImageNet', () => {
    const names = (labels: unknown) => configured({ 'inspectum.json': { labels }, 'l.txt': 'a\nb\n' }).names[0];
    expect(names(['x'])?.names).toEqual(['x']);
    expect(names('l.txt')).toMatchObject({ names: ['a', 'b'], source: 'l.txt', binding: true });
    expect(names('ImageNet-1k')?.names.slice(0, 2)).toEqual(['tench', 'goldfish']);
    expect(names('imagenet-1k')?.names).toHaveLength(1000);
  });

  const WRONG: readonly (readonly [string, unknown, RegExp])[] = [
    ['a list', [], /should be a JSON object/],
    ['null', null, /should be a JSON object/],
    ['an unknown field', { inputs: {} }, /no field "inputs".*input, labels, output/],
    ['an input that is a list', { input: [] }, /"input": should be a JSON object/],
    ['an unknown field of input', { input: { colour: 1 } }, /"input" has no field "colour".*channels/],
    ['__proto__ in input', '{"input": {"__proto__": {"fit": "none"}}}', /"input" has no field "__proto__"/],
    ['constructor', { constructor: 1 }, /no field "constructor"/],
    ['a size of three', { input: { size: [1, 2, 3] } }, /"input\.size" should be \[height, width\]/],
    ['a size that no picture has', { input: { size: [1, 1e9] } }, /"input\.size" should be/],
    ['a fraction', { input: { resize: 1.5 } }, /"input\.resize" should be/],
    ['an unknown fit', { input: { fit: 'stretch' } }, /"input\.fit" should be "shorter-side"/],
    ['text for numbers', { input: { mean: ['0.5'] } }, /"input\.mean" should be one number per channel/],
    ['more numbers than channels', { input: { mean: [1, 2, 3, 4, 5] } }, /"input\.mean"/],
    ['a deviation of 0', { input: { std: [1, 0, 1] } }, /"input\.std".*none of them 0/],
    ['a colour that is none', { input: { background: [0, 0, 256] } }, /"input\.background" should be a colour.*"drop"/],
    ['another word for a colour', { input: { background: 'white' } }, /"input\.background"/],
    ['an unknown output', { output: 'softmax' }, /"output" should be "logits" or "probabilities"/],
    ['labels that are a number', { labels: 5 }, /labels should be/],
    ['labels of numbers', { labels: [1, 2] }, /labels should be/],
  ];

  test.each(WRONG)('%s is refused', (_, content, words) => {
    const error = refusal(() => configured({ 'inspectum.json': content }));
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/inspectum\.json/);
    expect(error.message).toMatch(words);
  });

  test('that is no JSON, or is not there though it is named', () => {
    expect(refusal(() => configured({ 'inspectum.json': '{' }))).toMatchObject({
      kind: 'corrupt',
      message: expect.stringMatching(/inspectum\.json: is not valid JSON/),
    });
    expect(refusal(() => configured({}, { config: 'gone.json' }))).toMatchObject({
      kind: 'missing',
      message: expect.stringMatching(/gone\.json/),
    });
  });

  test('that is a folder', () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'inspectum.json'));
    expect(refusal(() => readConfiguration(path.join(folder, 'model.onnx'))).kind).toBe('missing');
  });

  test('whose labels file is not there', () => {
    const error = refusal(() => configured({ 'inspectum.json': { labels: 'gone.txt' } }));
    expect(error.kind).toBe('missing');
    expect(error.message).toMatch(/inspectum\.json: the labels file .*gone\.txt is not there/);
  });
});

describe('who says what', () => {
  const VIT = { size: { height: 224, width: 224 }, resample: 3, image_mean: [0.1, 0.2, 0.3], image_std: [0.4, 0.5, 0.6] };
  const METADATA = new Map([['imgsz', '[320, 320]']]);
  const CASES: readonly (readonly [string, InputSettings, InputSettings, InputSettings])[] = [
    [
      'field by field, the choice first, then inspectum.json, then the files of other tools, then the metadata',
      { size: [64, 64] },
      { interpolation: 'nearest' },
      { size: [64, 64], fit: 'squash', interpolation: 'nearest', mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] },
    ],
    [
      'range, mean and std only together',
      { range: [0, 255] },
      {},
      { size: [224, 224], fit: 'squash', interpolation: 'bicubic', range: [0, 255] },
    ],
    [
      'how it is fitted only together, a stronger word on the crop kept',
      {},
      { fit: 'letterbox', pad: [0] },
      { size: [224, 224], fit: 'letterbox', pad: [0], interpolation: 'bicubic', mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] },
    ],
    [
      'means go with their colours',
      { channels: 'BGR' },
      {},
      { size: [224, 224], fit: 'squash', interpolation: 'bicubic', channels: 'BGR', mean: [0.3, 0.2, 0.1], std: [0.6, 0.5, 0.4] },
    ],
  ];

  test.each(CASES)('%s', (_, input, own, expected) => {
    const found = configured(
      { 'preprocessor_config.json': VIT, ...(Object.keys(own).length > 0 && { 'inspectum.json': { input: own } }) },
      { choices: { input }, metadata: METADATA },
    );
    expect(found.input).toEqual(expected);
  });

  test('the length of the shorter side goes with the size', () => {
    const found = configured(
      { 'preprocessor_config.json': { size: { shortest_edge: 256 }, do_center_crop: true, crop_size: 224 } },
      { choices: { input: { size: [448, 448] } } },
    );
    expect(found.input).toMatchObject({ size: [448, 448], fit: 'shorter-side', resize: 512 });
    expect(found.origins).toMatchObject({ size: { from: 'chosen' }, resize: { from: 'file', where: 'preprocessor_config.json' } });
  });

  test('the metadata alone', () => {
    const found = configured({}, { metadata: METADATA });
    expect(found.input).toEqual({ size: [320, 320] });
    expect(found.origins.size).toMatchObject({ from: 'metadata', where: "the model's metadata" });
  });

  test("other tools' files that make no sense are named in a note", () => {
    const found = configured({ 'preprocessor_config.json': '{', 'config.json': { id2label: 3 } });
    expect(found).toMatchObject({ input: {}, names: [] });
    expect(found.notes).toEqual([
      expect.stringMatching(/^Not followed: .*preprocessor_config\.json: is not valid JSON/),
      expect.stringMatching(/^Not followed: .*config\.json: "id2label"/),
    ]);
  });

  test('chosen settings are checked', () => {
    expect(refusal(() => configured({}, { choices: { input: { size: [0, 1] } } })).message).toMatch(/chosen settings: "input\.size"/);
  });
});
