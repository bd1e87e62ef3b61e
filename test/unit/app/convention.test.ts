import { expect, test } from 'vitest';
import type { Configuration } from '../../../src/app/configuration.ts';
import { imagePort, resolveInput } from '../../../src/app/convention.ts';
import type { Port } from '../../../src/graph/graph.ts';
import type { InputSettings } from '../../../src/protocol/choices.ts';
import type { Dim } from '../../../src/tensor/shape.ts';
import { refusal } from '../formats/models.ts';

const port = (shape: readonly Dim[], dtype: Port['dtype'] = 'float32', name = 'image'): Port => ({ name, shape, ...(dtype && { dtype }) });
const said = (input: InputSettings): Configuration => ({ input, output: 'auto', files: ['/m/inspectum.json'] });
const SILENT: Configuration = { input: {}, output: 'auto', files: [] };

const PORTS: readonly (readonly [string, readonly Dim[], object | undefined])[] = [
  ['channels first', ['batch', 3, 224, 224], { layout: 'NCHW', channels: 3 }],
  ['one channel first', [1, 1, 28, 28], { layout: 'NCHW', channels: 1 }],
  ['channels last', [1, 224, 224, 3], { layout: 'NHWC', channels: 3 }],
  ['open height and width', ['n', 3, 'height', 'width'], { layout: 'NCHW', channels: 3 }],
  ['channels only by name', ['batch', 'num_channels', 'height', 'width'], { layout: 'NCHW', channels: 3 }],
  ['two channels', [1, 2, 8, 8], undefined],
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

test('channels or a layout that the model contradicts', () => {
  for (const [shape, input] of [
    [[1, 1, 28, 28], { channels: 'RGB' }],
    [[1, 3, 28, 28], { channels: 'L' }],
    [[1, 3, 28, 28], { layout: 'NHWC' }],
  ] as const) {
    const error = refusal(() => resolveInput([port(shape)], said(input)));
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/inspectum\.json.*input image/);
  }
});
