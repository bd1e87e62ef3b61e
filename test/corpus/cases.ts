import type { InputSource } from '../../src/protocol/inputs.ts';
import { IMAGE, modelFile } from './outcome.ts';

/** A model of the corpus, and what the product is to make of it. */
export interface Case {
  /** In test/fixtures/corpus/models. */
  readonly file: string;
  /** What real files do that this one does. */
  readonly what: string;
  /** What its inputs are given; default: a photo for `image`. */
  readonly given?: Readonly<Record<string, InputSource>>;
  /** What a person is told. */
  readonly told: Told | Refused;
}

export interface Told {
  /** The value that the panel explains, as its chip says it. */
  readonly explains: string;
  /** Where there is a vector of classes. */
  readonly classes?: number;
  /** What is explained unless a person chooses. */
  readonly target: RegExp;
  /** The layer that is shown first; undefined where no layer lies over an image. */
  readonly first?: string;
  /** Further layers that must be there, by path. */
  readonly layers?: readonly string[];
  /** How many layers have a map. */
  readonly maps: number;
  /** The convention that its image is given in. */
  readonly convention?: RegExp;
  /** Size of the input, [height, width], and who says it. */
  readonly size?: readonly [number, number, string];
  readonly labels?: RegExp;
  /** Names of classes that are offered. */
  readonly offers?: readonly RegExp[];
  readonly notes?: readonly RegExp[];
  /** The class of the highest score, by name. */
  readonly best?: RegExp;
}

/** It cannot be explained, and the words say why. */
export interface Refused {
  readonly stage: 'model' | 'image' | 'explanation';
  readonly kind: string;
  readonly words: RegExp;
}

const npy = (name: string): NonNullable<Case['given']> => ({ [name]: { kind: 'npy', path: modelFile(`${name}.npy`) } });
export const PHOTO: NonNullable<Case['given']> = { image: { kind: 'image', path: IMAGE } };
/** No layer lies over an image. */
const NO_MAPS = { explains: 'logits', target: /^class \d$/, maps: 0 } as const;
const PLAIN = { explains: 'logits', classes: 10, target: /^class \d$/, maps: 6, first: 'Relu_5' } as const;

export const CASES: readonly Case[] = [
  {
    file: 'softmax-behind-reshape.onnx',
    what: 'Ends in a Softmax, a Reshape and an Identity',
    told: { ...PLAIN, explains: 'logits before Softmax' },
  },
  {
    file: 'one-logit.onnx',
    what: 'One logit for two classes, named in its metadata',
    told: { ...PLAIN, explains: 'score', classes: 1, target: /^(healthy|ill)$/, best: /^(healthy|ill)$/, labels: /metadata/ },
  },
  {
    file: 'sigmoid.onnx',
    what: 'One sigmoid for two classes, named in its metadata',
    told: { ...PLAIN, explains: 'logits before Sigmoid', classes: 1, target: /^(healthy|ill)$/, labels: /metadata/ },
  },
  {
    file: 'scaled-inside.onnx',
    what: 'Takes bytes, channels last, and scales them to -1…1 itself',
    told: { ...PLAIN, maps: 8, first: 'Relu_9', convention: /0 to 255/, size: [32, 32, 'model'] },
  },
  {
    file: 'ultralytics.onnx',
    what: "Ultralytics' metadata (names, imgsz), open height and width",
    told: { ...PLAIN, classes: 4, target: /person|bicycle|traffic light|driver's seat/, labels: /metadata/, size: [64, 64, 'metadata'] },
  },
  {
    file: 'zipmap.onnx',
    what: 'Gives a label and a map of names (LabelEncoder, ZipMap) beside the probabilities',
    told: { ...PLAIN, explains: 'logits before Softmax', classes: 3, target: /^(cat|dog|fish)$/, labels: /ZipMap|LabelEncoder/ },
  },
  {
    file: 'eleven-classes.onnx',
    what: 'Ten names for eleven classes',
    told: { ...PLAIN, classes: 11, target: /class/, notes: [/10.*11|11.*10/], offers: [/background/] },
  },
  {
    file: 'thousand-classes.onnx',
    what: 'A thousand classes without names',
    told: { ...PLAIN, classes: 1000, target: /^class \d+$/, offers: [/ImageNet/] },
  },
  {
    file: 'names-from-weights.onnx',
    what: 'Nodes without names, weights with them',
    told: { ...PLAIN, first: 'Relu_5', layers: ['base_net', 'base_net.0.0', 'classifier'] },
  },
  {
    file: 'no-names.onnx',
    what: 'No names at all: residual, inverted-residual and fire blocks',
    told: { ...PLAIN, maps: 38, first: 'Concat_37', layers: ['stage1.residual2', 'stage2.inverted2', 'stage3.fire2', 'head'] },
  },
  {
    file: 'folded-batchnorm.onnx',
    what: 'BatchNorms folded into the convolutions by the exporter',
    told: { ...PLAIN, maps: 4, first: 'features.1.2', layers: ['features.0.0'] },
  },
  { file: 'float16.onnx', what: 'float16', told: { ...PLAIN, notes: [/float16.*computed in float32/] } },
  { file: 'bfloat16.onnx', what: 'bfloat16', told: { ...PLAIN, notes: [/bfloat16.*computed in float32/] } },
  {
    file: 'training-mode.onnx',
    what: 'BatchNormalization and Dropout left in training mode',
    told: { ...PLAIN, notes: [/training mode/] },
  },
  {
    file: 'quantised-qdq.onnx',
    what: 'Quantised, QuantizeLinear and DequantizeLinear around operators',
    told: { ...PLAIN, maps: 3, first: 'Conv_4', notes: [/quantised.*straight through/] },
  },
  {
    file: 'quantised-qoperator.onnx',
    what: 'Quantised, with operators on integers (QLinearConv)',
    told: { ...PLAIN, maps: 3, first: 'Conv_4_quant', notes: [/quantised.*straight through/] },
  },
  {
    file: 'quantised-dynamic.onnx',
    what: 'Quantised while it runs (DynamicQuantizeLinear)',
    told: { ...PLAIN, maps: 9, layers: ['stage1', 'stage2', 'stage3'], notes: [/quantised.*straight through/] },
  },
  { file: 'any-size.onnx', what: 'Open height and width', told: { ...PLAIN, size: [224, 224, 'assumed'] } },
  { file: 'one-channel.onnx', what: 'One channel', told: { ...PLAIN, convention: /0 to 1/ } },
  { file: 'two-channels.onnx', what: 'Two channels', told: PLAIN },
  { file: 'four-channels.onnx', what: 'Four channels', told: PLAIN },
  {
    file: 'two-inputs.onnx',
    what: 'A second input',
    given: { ...PHOTO, temperature: { kind: 'constant', value: 1 } },
    told: { ...PLAIN, maps: 7, first: 'Mul_6' },
  },
  {
    file: 'detector.onnx',
    what: 'Boxes and scores',
    told: { explains: 'logits before Sigmoid', target: /^maximum of logits of scores\[:, 4\]/, maps: 7, first: 'Conv_9' },
  },
  {
    file: 'segmenter.onnx',
    what: 'A class for every pixel',
    told: { explains: 'classes', target: /^sum of classes\[1, :, :\]$/, maps: 8, first: 'Conv_6' },
  },
  {
    file: 'image-to-image.onnx',
    what: 'An image from an image',
    told: { explains: 'restored', target: /^sum of restored\[:, 21:43, 21:43\]$/, maps: 3, first: 'Relu_1' },
  },
  {
    file: 'embedding.onnx',
    what: 'An embedding of length one',
    told: { explains: 'embedding', target: /^maximum of embedding/, maps: 6, first: 'Relu_5' },
  },
  {
    file: 'vision-transformer.onnx',
    what: 'A vision transformer with a class and a register token',
    told: { ...PLAIN, maps: 17, first: 'blocks.1.norm1' },
  },
  { file: 'attention.onnx', what: "The newest opset's Attention and RotaryEmbedding", told: { ...PLAIN, maps: 13, first: 'Add_14' } },
  { file: 'optimised.onnx', what: "Saved by ONNX Runtime's optimiser (FusedConv)", told: { ...PLAIN, first: 'Conv_4/Relu' } },
  { file: 'optimised.ort', what: "ONNX Runtime's own format", told: { ...PLAIN, first: 'Conv_4/Relu' } },
  { file: 'branch.onnx', what: 'An If whose condition is constant', told: { ...PLAIN, maps: 7, first: 'Sigmoid_0' } },
  { file: 'tabular.onnx', what: 'A table, no image', given: npy('features'), told: { ...NO_MAPS, classes: 3 } },
  {
    file: 'recurrent.onnx',
    what: 'A sequence through an LSTM',
    given: npy('sequence'),
    told: { ...NO_MAPS, classes: 5 },
  },
  {
    file: 'volume.onnx',
    what: 'Convolutions and pools in three dimensions',
    given: npy('volume'),
    told: { ...NO_MAPS, classes: 3 },
  },
  {
    file: 'custom-operator.onnx',
    what: 'An operator that nobody knows',
    told: { stage: 'explanation', kind: 'unsupported', words: /com\.example:Wibble \(node Wibble_6\)/ },
  },
  { file: 'no-opset.onnx', what: 'Says no opset', told: { stage: 'model', kind: 'corrupt', words: /does not say which opset/ } },
];
