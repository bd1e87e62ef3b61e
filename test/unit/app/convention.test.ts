import { expect, test } from 'vitest';
import { imagePort, resolveInput } from '../../../src/app/input/convention.ts';
import { feedOf } from '../../../src/app/input/readImage.ts';
import type { Configuration } from '../../../src/app/settings/configuration.ts';
import type { Origin } from '../../../src/app/settings/said.ts';
import type { Port } from '../../../src/graph/graph.ts';
import type { InputSettings } from '../../../src/protocol/choices.ts';
import type { Dim } from '../../../src/tensor/shape.ts';
import { refusal } from '../formats/models.ts';
import { rgbOf, texture } from '../image/fixtures.ts';

const port = (shape: readonly Dim[], dtype: Port['dtype'] = 'float32', name = 'image'): Port => ({ name, shape, ...(dtype && { dtype }) });
const by = (input: InputSettings, origin: Origin): Configuration => ({
  input,
  origins: Object.fromEntries(Object.keys(input).map((name) => [name, origin])),
  names: [],
  output: 'auto',
  files: [],
  notes: [],
});
const said = (input: InputSettings): Configuration => by(input, { from: 'file', where: 'inspectum.json', strict: true });
const SILENT = said({});

const PORTS: readonly (readonly [string, readonly Dim[], object | undefined])[] = [
  ['channels first', ['batch', 3, 224, 224], { layout: 'NCHW', channels: 3 }],
  ['one channel first', [1, 1, 28, 28], { layout: 'NCHW', channels: 1 }],
  ['channels last', [1, 224, 224, 3], { layout: 'NHWC', channels: 3 }],
  ['open height and width', ['n', 3, 'height', 'width'], { layout: 'NCHW', channels: 3 }],
  ['channels only by name', ['batch', 'num_channels', 'height', 'width'], { layout: 'NCHW', channels: 3 }],
  ['gray and alpha', [1, 2, 8, 8], { layout: 'NCHW', channels: 2 }],
  ['colour and alpha last', [1, 8, 8, 4], { layout: 'NHWC', channels: 4 }],
  ['one channel last, though two come first', [1, 2, 8, 1], { layout: 'NHWC', channels: 1 }],
  ['four channels of what is too small for a picture', [1, 4, 4, 4], undefined],
  ['five channels', [1, 5, 8, 8], undefined],
  ['three dimensions', [3, 8, 8], undefined],
  ['a side that no picture has', [1, 1, 8, 100_000], undefined],
  ['tokens', ['batch', 'tokens'], undefined],
];

test.each(PORTS)('%s', (_, shape, found) => {
  const image = port(shape);
  expect(imagePort([image])).toEqual(found && { port: image, ...found });
});

test('the first of several inputs that takes an image', () => {
  expect(imagePort([port([1, 5], 'int64', 'ids'), port([1, 3, 8, 8])])?.port.name).toBe('image');
});

test('nothing said: ImageNet for colour, 0 to 1 for gray, the middle of large squares, the whole of others', () => {
  expect(resolveInput([port(['n', 3, 224, 224])], SILENT)).toMatchObject({
    guessed: true,
    name: 'ImageNet mean/std',
    size: [224, 224],
    dtype: 'float32',
    preprocessing: { fit: 'shorter-side', resize: 256, range: [0, 1], mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  });
  expect(resolveInput([port(['n', 3, 'h', 'w'])], SILENT)?.size).toEqual([224, 224]);
  expect(resolveInput([port([1, 1, 28, 28])], SILENT)).toMatchObject({
    channels: 'L',
    name: '0 to 1',
    preprocessing: { fit: 'squash', mean: [0], std: [1], range: [0, 1] },
  });
  expect(resolveInput([port([1, 3, 256, 512])], SILENT)?.preprocessing.fit).toBe('squash');
});

test('quantised networks take bytes', () => {
  expect(resolveInput([port([1, 224, 224, 3], 'uint8')], SILENT)).toMatchObject({
    dtype: 'uint8',
    layout: 'NHWC',
    name: '0 to 255',
    preprocessing: { range: [0, 255], mean: [0], std: [1] },
  });
  expect(resolveInput([port([1, 3, 8, 8], 'int8')], SILENT)).toMatchObject({ dtype: 'int8', preprocessing: { range: [-128, 127] } });
});

test('what is said counts; what the model fixes counts more', () => {
  const input: InputSettings = { size: [64, 96], fit: 'letterbox', mean: [0.5], channels: 'BGR', interpolation: 'nearest', align: 'start' };
  expect(resolveInput([port(['n', 3, 'h', 'w'])], said(input))).toMatchObject({
    size: [64, 96],
    channels: 'BGR',
    guessed: false,
    name: 'from inspectum.json',
    preprocessing: {
      fit: 'letterbox',
      mean: [0.5],
      std: [1],
      range: [0, 1],
      interpolation: 'nearest',
      align: 'start',
      pad: [114, 114, 114],
    },
  });
  expect(resolveInput([port(['n', 3, 32, 'w'])], said(input))?.size).toEqual([32, 96]);
  expect(resolveInput([port(['n', 3, 224, 224])], said({ fit: 'shorter-side' }))?.preprocessing.resize).toBe(224);
});

test('channels, a layout or a dtype that the model contradicts', () => {
  const CONTRADICTIONS: readonly (readonly [readonly Dim[], Port['dtype'], InputSettings])[] = [
    [[1, 1, 28, 28], 'float32', { channels: 'RGB' }],
    [[1, 3, 28, 28], 'float32', { channels: 'L' }],
    [[1, 3, 28, 28], 'float32', { layout: 'NHWC' }],
    [[1, 3, 28, 28], 'float32', { dtype: 'uint8' }],
    [[1, 3, 28, 28], 'uint8', { dtype: 'float32' }],
  ];
  for (const [shape, dtype, input] of CONTRADICTIONS) {
    const error = refusal(() => resolveInput([port(shape, dtype)], said(input)));
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/inspectum\.json: "input\.(channels|layout|dtype)" .*input image/);
    // Other tools' files speak of a family of models, and what a person chose may have been for another file.
    const lenient = by(input, { from: 'metadata', where: "the model's metadata", strict: false });
    expect(resolveInput([port(shape, dtype)], lenient)).toEqual(resolveInput([port(shape, dtype)], SILENT));
  }
});

test('a dtype that the model has', () => {
  expect(resolveInput([port([1, 3, 8, 8], 'uint8')], said({ dtype: 'uint8' }))?.dtype).toBe('uint8');
  // float16 models are computed in float32
  expect(resolveInput([port([1, 3, 8, 8])], said({ dtype: 'float16' }))?.dtype).toBe('float32');
});

test('means of colours go with them', () => {
  expect(resolveInput([port([1, 3, 8, 8])], said({ channels: 'BGR' }))).toMatchObject({
    name: 'ImageNet mean/std',
    guessed: true,
    mean: [0.406, 0.456, 0.485],
    std: [0.225, 0.224, 0.229],
  });
});

test("other tools' numbers of colours become those of one channel", () => {
  const found = resolveInput(
    [port([1, 1, 8, 8])],
    by({ mean: [0.3, 0.5, 0.7], std: [0.5] }, { from: 'file', where: 'config.json', strict: false }),
  );
  expect(found?.mean).toEqual([expect.closeTo(0.5, 12)]);
  expect(found?.std).toEqual([0.5]);
});

test('who says the size', () => {
  const CASES: readonly (readonly [readonly Dim[], Configuration, string, readonly number[]])[] = [
    [[1, 3, 96, 64], said({ size: [32, 32] }), 'model', [96, 64]],
    [[1, 3, 'h', 'w'], said({ size: [32, 48] }), 'file', [32, 48]],
    [[1, 3, 'h', 'w'], by({ size: [32, 48] }, { from: 'metadata', where: '', strict: false }), 'metadata', [32, 48]],
    [[1, 3, 'h', 'w'], by({ size: [32, 48] }, { from: 'chosen', where: '', strict: false }), 'chosen', [32, 48]],
    [[1, 3, 'h', 'w'], SILENT, 'assumed', [224, 224]],
  ];
  for (const [shape, configuration, sizeFrom, size] of CASES)
    expect(resolveInput([port(shape)], configuration)).toMatchObject({ sizeFrom, size });
});

test('the length of the shorter side is that of the size it was said with', () => {
  const input: InputSettings = { size: [224, 224], fit: 'shorter-side', resize: 256 };
  expect(resolveInput([port([1, 3, 112, 112])], said(input))?.preprocessing.resize).toBe(128);
});

test('a choice is called what it usually is', () => {
  const chosen = (input: InputSettings) =>
    resolveInput([port([1, 3, 8, 8])], by(input, { from: 'chosen', where: 'chosen here', strict: false }));
  expect(chosen({ channels: 'BGR', range: [0, 255], mean: [103.939, 116.779, 123.68], std: [1] })?.name).toMatch(/Caffe/);
  expect(chosen({ range: [-1, 1], mean: [0], std: [1] })).toMatchObject({ name: '-1 to 1', guessed: false });
  expect(chosen({ range: [0, 2] })?.name).toBe('chosen here');
});

test('whole numbers are fed as such, each pixel its own', () => {
  const picture = texture(8, 8);
  const pixels = Array.from(rgbOf(picture));
  const fed = (dtype: 'uint8' | 'int8') => {
    const input = resolveInput([port([1, 8, 8, 3], dtype)], SILENT);
    if (!input) throw new Error('there is no input');
    return feedOf(picture, input).tensor;
  };
  expect(fed('uint8')).toMatchObject({ dtype: 'uint8', dims: [1, 8, 8, 3], data: Uint8Array.from(pixels) });
  expect(fed('int8')).toMatchObject({ dtype: 'int8', data: Int8Array.from(pixels, (v) => v - 128) });
});

test('alpha is a channel where there are two or four', () => {
  expect(resolveInput([port([1, 4, 64, 64])], SILENT)).toMatchObject({ channels: 'RGBA', name: '0 to 1', mean: [0], std: [1] });
  expect(resolveInput([port([1, 2, 64, 64])], SILENT)).toMatchObject({ channels: 'LA', name: '0 to 1' });
  const three: InputSettings = { mean: [0.1, 0.2, 0.6], std: [1, 2, 3] };
  const lenient = by(three, { from: 'metadata', where: 'the metadata', strict: false });
  expect(resolveInput([port([1, 4, 64, 64])], lenient)).toMatchObject({ mean: [0.1, 0.2, 0.6, 0], std: [1, 2, 3, 1] });
  expect(resolveInput([port([1, 2, 64, 64])], lenient)?.mean.map((v) => Number(v.toFixed(6)))).toEqual([0.3, 0]);
  expect(refusal(() => resolveInput([port([1, 4, 64, 64])], said({ channels: 'RGB' }))).message).toContain('"input.channels" RGB');
});
