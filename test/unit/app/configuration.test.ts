import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../../../src/app/configuration.ts';
import { labelsFrom } from '../../../src/app/labels.ts';
import { refusal, temporaryFolder } from '../formats/models.ts';

/** Writes files beside a model and reads its configuration; an object is written as JSON. */
function beside(files: Readonly<Record<string, unknown>>, config?: string) {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files))
    writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return readConfiguration(path.join(folder, 'model.onnx'), config && path.join(folder, config));
}

test('nothing beside the model: nothing is said', () => {
  expect(beside({})).toEqual({ input: {}, output: 'auto', files: [] });
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
    const found = beside({ 'inspectum.json': { input, labels: ['a', 'b'], output: 'logits' } });
    expect(found).toMatchObject({ input, labels: ['a', 'b'], output: 'logits' });
    expect(found.files.map((file) => path.basename(file))).toEqual(['inspectum.json']);
  });

  test('comes before the files of other tools, and a named one before it', () => {
    const files = {
      'inspectum.json': { labels: ['own'] },
      'preprocessor_config.json': { size: 32 },
      'other.json': { labels: ['named'] },
    };
    expect(beside(files).labels).toEqual(['own']);
    expect(beside(files, 'other.json').labels).toEqual(['named']);
  });

  test('may begin with a byte order mark', () => {
    expect(beside({ 'inspectum.json': '\uFEFF{"labels": ["a"]}' }).labels).toEqual(['a']);
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
    ['two numbers for three channels', { input: { mean: [0.5, 0.5] } }, /"input\.mean"/],
    ['a deviation of 0', { input: { std: [1, 0, 1] } }, /"input\.std".*none of them 0/],
    ['a colour that is none', { input: { background: [0, 0, 256] } }, /"input\.background" should be a colour.*"drop"/],
    ['another word for a colour', { input: { background: 'white' } }, /"input\.background"/],
    ['an unknown output', { output: 'softmax' }, /"output" should be "logits" or "probabilities"/],
    ['labels that are a number', { labels: 5 }, /labels should be/],
    ['labels of numbers', { labels: [1, 2] }, /labels should be/],
  ];

  test.each(WRONG)('%s is refused', (_, content, words) => {
    const error = refusal(() => beside({ 'inspectum.json': content }));
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/inspectum\.json/);
    expect(error.message).toMatch(words);
  });

  test('that is no JSON, or is not there though it is named', () => {
    expect(refusal(() => beside({ 'inspectum.json': '{' }))).toMatchObject({
      kind: 'corrupt',
      message: expect.stringMatching(/inspectum\.json: is not valid JSON/),
    });
    expect(refusal(() => beside({}, 'gone.json'))).toMatchObject({ kind: 'missing', message: expect.stringMatching(/gone\.json/) });
  });

  test('that is a folder', () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'inspectum.json'));
    expect(refusal(() => readConfiguration(path.join(folder, 'model.onnx'))).kind).toBe('missing');
  });
});

describe('labels', () => {
  test('a text file: an empty line in between keeps the places of the others', () => {
    const { labels } = beside({ 'inspectum.json': { labels: 'names.txt' }, 'names.txt': '\uFEFFcat\r\n dog \r\n\r\nbird\r\n\r\n' });
    expect(labels).toEqual(['cat', 'dog', 'class 2', 'bird']);
  });

  const FORMS: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['a list', ['a', 'b'], ['a', 'b']],
    ['index to name', { 1: 'b', 0: 'a' }, ['a', 'b']],
    ['index to id and name', { 0: ['n01440764', 'tench'], 1: ['n01443537', 'goldfish'] }, ['tench', 'goldfish']],
    ['with a gap', { 0: 'a', 2: 'c' }, ['a', 'class 1', 'c']],
  ];

  test.each(FORMS)('%s, in the configuration or in a file', (_, value, names) => {
    expect(beside({ 'inspectum.json': { labels: value } }).labels).toEqual(names);
    expect(beside({ 'inspectum.json': { labels: 'l.json' }, 'l.json': value }).labels).toEqual(names);
  });

  test.each([
    ['an index that is no number', { a: 'b' }],
    ['a negative index', { '-1': 'b' }],
    ['an index that no network has', { 1000000000: 'b' }],
    ['a name that is none', { 0: { name: 'b' } }],
    ['a prototype', JSON.parse('{"__proto__": "b"}')],
    ['a path in a file that a path led to', '"more.json"'],
  ])('%s is refused', (_, value) => {
    expect(refusal(() => beside({ 'inspectum.json': { labels: 'l.json' }, 'l.json': value })).kind).toBe('usage');
  });

  test('a file that is not there', () => {
    const error = refusal(() => beside({ 'inspectum.json': { labels: 'gone.txt' } }));
    expect(error.kind).toBe('missing');
    expect(error.message).toMatch(/inspectum\.json: the labels file .*gone\.txt is not there/);
  });

  test('a list as it is', () => {
    expect(labelsFrom(['x'], 'inspectum.json')).toEqual(['x']);
  });
});

describe("Hugging Face's preprocessor_config.json", () => {
  const IMAGENET = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };

  test('a ViT: squashed to a size, mean and std, names from config.json', () => {
    const found = beside({
      'preprocessor_config.json': {
        do_normalize: true,
        image_mean: [0.5, 0.5, 0.5],
        image_std: [0.5, 0.5, 0.5],
        resample: 2,
        size: { height: 224, width: 192 },
      },
      'config.json': { id2label: { 0: 'cat', 1: 'dog' } },
    });
    expect(found.labels).toEqual(['cat', 'dog']);
    expect(found.input).toEqual({
      size: [224, 192],
      fit: 'squash',
      interpolation: 'bilinear',
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    });
  });

  test('a MobileNet: the shorter side, then a crop', () => {
    const { input } = beside({
      'preprocessor_config.json': {
        ...IMAGENET,
        do_center_crop: true,
        crop_size: { height: 224, width: 224 },
        size: { shortest_edge: 256 },
        resample: 3,
        do_rescale: true,
        rescale_factor: 1 / 255,
      },
    });
    expect(input).toEqual({
      size: [224, 224],
      fit: 'shorter-side',
      resize: 256,
      interpolation: 'bicubic',
      mean: IMAGENET.image_mean,
      std: IMAGENET.image_std,
    });
  });

  test('an older one: a number for the size, no crop, pixels as they are', () => {
    const { input } = beside({ 'preprocessor_config.json': { ...IMAGENET, size: 96, do_rescale: false, do_normalize: false } });
    expect(input).toEqual({ size: [96, 96], fit: 'squash', range: [0, 255] });
  });

  test('another scale', () => {
    expect(beside({ 'preprocessor_config.json': { rescale_factor: 1 / 127.5 } }).input).toEqual({ range: [0, 2] });
  });

  test('without what we know, or with null: nothing is said', () => {
    expect(beside({ 'preprocessor_config.json': { size: null, crop_size: null, feature_size: 80 } }).input).toEqual({});
  });
});

describe("Teachable Machine's metadata.json", () => {
  test('labels, size and range', () => {
    const metadata = { tfjsVersion: '1.3.1', labels: ['on', 'off'], imageSize: 96, grayscale: true };
    expect(beside({ 'metadata.json': metadata })).toMatchObject({
      labels: ['on', 'off'],
      output: 'probabilities',
      input: { size: [96, 96], channels: 'L', fit: 'shorter-side', range: [-1, 1] },
    });
  });

  test.each([['{ not JSON'], ['[1]'], ['null'], ['{"labels": 3}'], ['{"labels": [{}]}']])(
    'another metadata.json (%s) is not ours',
    (text) => {
      expect(beside({ 'metadata.json': text })).toEqual({ input: {}, output: 'auto', files: [] });
    },
  );
});
