import { describe, expect, test } from 'vitest';
import type { InputSettings } from '../../../../src/protocol/choices.ts';
import { configured } from '../beside.ts';

const IMAGENET = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };
const NORMALISED = { mean: IMAGENET.image_mean, std: IMAGENET.image_std };

const PROCESSORS: readonly (readonly [string, object, InputSettings])[] = [
  [
    'a ViT: squashed to a size',
    { do_normalize: true, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], resample: 2, size: { height: 224, width: 192 } },
    { size: [224, 192], fit: 'squash', interpolation: 'bilinear', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  ],
  [
    'a MobileNet: the shorter side, then a crop',
    {
      ...IMAGENET,
      do_center_crop: true,
      crop_size: { height: 224, width: 224 },
      size: { shortest_edge: 256 },
      resample: 3,
      do_rescale: true,
      rescale_factor: 1 / 255,
    },
    { size: [224, 224], fit: 'shorter-side', resize: 256, interpolation: 'bicubic', ...NORMALISED },
  ],
  [
    'an older one: a number for the size, no crop, pixels as they are',
    { ...IMAGENET, size: 96, do_rescale: false, do_normalize: false },
    { size: [96, 96], fit: 'squash', range: [0, 255] },
  ],
  ['not normalised: 0 to 1 and no more', { ...IMAGENET, size: 96, do_normalize: false }, { size: [96, 96], fit: 'squash', range: [0, 1] }],
  ['another scale', { rescale_factor: 1 / 127.5 }, { range: [0, 2] }],
  ['another scale with an offset', { rescale_factor: 1 / 127.5, rescale_offset: true }, { range: [-1, 1] }],
  ['without what we know, or with null: nothing is said', { size: null, crop_size: null, feature_size: 80 }, {}],
];

describe("Hugging Face's preprocessor_config.json", () => {
  test.each(PROCESSORS)('%s', (_, json, input) => {
    expect(configured({ 'preprocessor_config.json': json })).toMatchObject({ input, notes: [] });
    expect(configured({ 'preprocessor_config.json': json }).input).toEqual(input);
  });

  test('what has no form here is said', () => {
    const squashed = configured({
      'preprocessor_config.json': { do_center_crop: true, size: { height: 256, width: 256 }, crop_size: { height: 224, width: 224 } },
    });
    expect(squashed.input).toMatchObject({ size: [224, 224], fit: 'shorter-side', resize: 256 });
    expect(squashed.notes).toEqual([expect.stringMatching(/256×256 whatever its proportions/)]);
    const open = configured({ 'preprocessor_config.json': { size: { shortest_edge: 800, longest_edge: 1333 } } });
    expect(open.input).toMatchObject({ size: [800, 800], fit: 'squash' });
    expect(open.notes).toEqual([expect.stringMatching(/shorter side 800, longer at most 1333/)]);
  });
});

describe('config.json', () => {
  const named = (json: object) => configured({ 'config.json': json }).names;

  test('of transformers: id2label, unless it only counts', () => {
    const id2label = { 0: 'cat', 1: 'dog' };
    expect(named({ model_type: 'vit', id2label })).toMatchObject([{ names: ['cat', 'dog'], source: 'config.json', binding: false }]);
    expect(named({ model_type: 'vit', id2label: { 0: 'LABEL_0', 1: 'LABEL_1' } })).toEqual([]);
    expect(configured({ 'config.json': { model_type: 'vit', image_size: 384 } }).input).toEqual({ size: [384, 384] });
  });

  test('of timm: ids with their descriptions', () => {
    const json = {
      architecture: 'resnet18',
      num_classes: 2,
      label_names: ['n01440764', 'n01443537'],
      label_descriptions: { n01440764: 'tench, Tinca tinca' },
      pretrained_cfg: { input_size: [3, 224, 224], crop_pct: 0.95, interpolation: 'bicubic', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    };
    expect(named(json)).toMatchObject([{ names: ['tench, Tinca tinca', 'n01443537'], ids: ['n01440764', 'n01443537'] }]);
    expect(configured({ 'config.json': json }).input).toEqual({
      size: [224, 224],
      fit: 'shorter-side',
      resize: 235,
      interpolation: 'bicubic',
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    });
  });

  test('of other tools is not ours', () => {
    for (const json of [{ version: 3, size: 'large' }, [], 7])
      expect(configured({ 'config.json': json })).toMatchObject({ input: {}, files: [], notes: [] });
  });

  test('above a folder that is called onnx', () => {
    const files = { 'config.json': { id2label: { 0: 'cat' } }, 'onnx/x.txt': '' };
    expect(configured(files, {}, 'onnx/model.onnx').names).toMatchObject([{ names: ['cat'] }]);
    expect(configured(files, {}, 'exports/model.onnx').names).toEqual([]);
  });
});

describe("Teachable Machine's metadata.json", () => {
  test('labels, size and range', () => {
    const metadata = {
      tfjsVersion: '1.3.1',
      tmVersion: '2.3.1',
      packageName: '@teachablemachine/image',
      timeStamp: '2021-04-05T02:37:18.336Z',
      userMetadata: {},
      modelName: 'tm-my-image-model',
      labels: ['on', 'off'],
      imageSize: 96,
      grayscale: true,
    };
    expect(configured({ 'metadata.json': metadata })).toMatchObject({
      names: [{ names: ['on', 'off'], source: 'metadata.json' }],
      output: 'probabilities',
      input: { size: [96, 96], channels: 'L', fit: 'shorter-side', range: [-1, 1] },
    });
  });

  test.each([['{ not JSON'], ['[1]'], ['null'], ['{"labels": 3}'], ['{"labels": [{}]}']])(
    'another metadata.json (%s) is not ours',
    (text) => {
      expect(configured({ 'metadata.json': text })).toMatchObject({ input: {}, files: [], notes: [] });
    },
  );
});

const ULTRALYTICS = {
  description: 'Ultralytics YOLOv8n model trained on coco.yaml',
  author: 'Ultralytics',
  version: '8.3.40',
  stride: '32',
  task: 'detect',
  batch: '1',
  imgsz: '[640, 480]',
  names: "{0: 'person', 1: \"driver's seat\"}",
};
const ALL = { channels: 'RGB', range: [0, 1], mean: [0], std: [1] };

const METADATA: readonly (readonly [string, Readonly<Record<string, string>>, object, readonly string[] | undefined])[] = [
  [
    "Ultralytics' detector",
    ULTRALYTICS,
    { size: [640, 480], fit: 'letterbox', pad: [114, 114, 114], align: 'center', ...ALL },
    ['person', "driver's seat"],
  ],
  [
    "Ultralytics' classifier",
    { ...ULTRALYTICS, task: 'classify', imgsz: '[224, 224]' },
    { size: [224, 224], fit: 'shorter-side', resize: 224, ...ALL },
    ['person', "driver's seat"],
  ],
  [
    "ONNX's image keys, in any case (WinML)",
    { 'Image.BitmapPixelFormat': 'Bgr8', 'image.nominalpixelrange': 'NominalRange_0_255', 'Image.ColorSpaceGamma': 'SRGB' },
    { channels: 'BGR', range: [0, 255], mean: [0], std: [1] },
    undefined,
  ],
  [
    'gray, −1 to 1',
    { 'Image.BitmapPixelFormat': 'Gray8', 'Image.NominalPixelRange': 'Normalized_1_1' },
    { channels: 'L', range: [-1, 1], mean: [0], std: [1] },
    undefined,
  ],
  [
    'mean, std and classes of some exporter',
    { mean: '[0.485, 0.456, 0.406]', std: '[0.229, 0.224, 0.225]', classes: '["cat", "dog"]', input_size: '(3, 224, 160)' },
    { size: [224, 160], range: [0, 1], mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    ['cat', 'dog'],
  ],
  [
    "OpenVINO's model API, in pixel values",
    { 'model_info mean_values': '123.675 116.28 103.53', 'model_info scale_values': '58.395 57.12 57.375', 'model_info labels': 'cat dog' },
    { range: [0, 255], mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
    ['cat', 'dog'],
  ],
  ['labels between commas', { labels: 'polar bear, cat' }, {}, ['polar bear', 'cat']],
  ['one size for both sides', { imgsz: '320' }, { size: [320, 320] }, undefined],
  ['of other things', { author: 'somebody', 'com.ms.std': '1', constructor: 'x' }, {}, undefined],
  ['formats that nobody knows', { 'Image.BitmapPixelFormat': 'constructor', 'Image.NominalPixelRange': '__proto__' }, {}, undefined],
];

describe("the model's own metadata", () => {
  test.each(METADATA)('%s', (_, props, input, names) => {
    const found = configured({}, { metadata: new Map(Object.entries(props)) });
    expect(found.input).toEqual(input);
    expect(found.names[0]?.names).toEqual(names);
    expect(found.notes).toEqual([]);
  });

  test.each([
    [{ names: '{0: open("x")}' }, /metadata \(names\): a text, a number/],
    [{ names: '{-1: "x"}' }, /metadata \(names\): labels should be/],
    [{ imgsz: '[1e9, 1e9]' }, /"input\.size" should be/],
    [{ 'Image.ColorSpaceGamma': 'Linear' }, /linear light/],
  ])('what cannot be followed of %j is said', (props, words) => {
    const found = configured({}, { metadata: new Map(Object.entries(props)) });
    expect(found.input).toEqual({});
    expect(found.notes).toEqual([expect.stringMatching(words)]);
  });
});
