import type { Cells } from '../tensor/cells.ts';
import type { Geometry } from '../tensor/geometry.ts';
import type { Explains, InputSettings, LabelsChoice, TokenGrid } from './choices.ts';
import type { InputSource } from './inputs.ts';
import type { Target } from './target.ts';

/** A row of the layer tree: a module (with children) or a node. */
export interface Layer {
  /** Module path or node name: what `--layer` takes. Unique in the tree. */
  readonly id: string;
  /** The last part of the path, as a person reads it: "18", "conv1", "Conv_12". */
  readonly name: string;
  /** "Conv 3×3", "ReLU6", "Module". */
  readonly kind: string;
  /** Hyper-parameters: "16→32, s2". */
  readonly detail: string;
  /** The operator for a node; undefined for a module. */
  readonly op?: string;
  /** The node's name in the file; undefined for a module. */
  readonly node?: string;
  /** Name of the value that leaves the layer: layers with the same value have the same map. */
  readonly output: string;
  /** "batch×32×112×112", with the file's symbols; "" where it cannot be told. */
  readonly shape: string;
  /** Dimensions of one example without the batch, where they are numbers at the size that the model is computed for. */
  readonly dims?: readonly number[];
  /** Trainable values in it. */
  readonly parameters: number;
  /** Multiply-accumulates for one example; undefined where it cannot be told. */
  readonly macs?: number;
  /** How the layer's value lies over the image; undefined where it does not, so that Grad-CAM makes no picture. */
  readonly cells?: Cells;
  /** Constants, shape arithmetic and the like: hidden by default. */
  readonly plumbing: boolean;
  /** What else there is to know of it, in a sentence. */
  readonly note?: string;
  readonly children: readonly Layer[];
}

export interface PortSummary {
  readonly name: string;
  readonly dtype: string;
  /** "batch×3×224×224" */
  readonly shape: string;
}

export interface InputPort extends PortSummary {
  readonly takes: 'image' | 'array';
  /** What is usually given, where the input's name and shape tell. */
  readonly suggestion?: InputSource;
}

/** How an image becomes the network's input, for display. */
export interface InputConvention {
  /** [height, width] */
  readonly size: readonly [number, number];
  /** Who says the size: the model fixes it, a file beside it, its own metadata, a person, the image's own; else it is assumed. */
  readonly sizeFrom: 'model' | 'file' | 'metadata' | 'chosen' | 'image' | 'assumed';
  readonly fit: 'shorter-side' | 'squash' | 'letterbox' | 'none';
  readonly channels: 'RGB' | 'BGR' | 'L' | 'LA' | 'RGBA';
  readonly layout: 'NCHW' | 'NHWC';
  /** What pixel values 0 and 255 become before mean and std. */
  readonly range: readonly [number, number];
  /** One number, or one per channel in the network's order. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** "ImageNet mean/std", "0 to 1", "from inspectum.json". */
  readonly name: string;
  /** True where nothing in the files says range, mean and std. */
  readonly guessed: boolean;
  /** What the graph itself does with its input: "subtracts 127.5 and multiplies by 0.0078". */
  readonly inGraph?: string;
}

/** What the network sees in the given image under one of the usual conventions. */
export interface ConventionOutcome {
  /** "ImageNet mean/std, BGR" */
  readonly name: string;
  /** To be adopted as `Choices.input`. */
  readonly settings: InputSettings;
  /** The one in use. */
  readonly current: boolean;
  /** At most five classes, best first; empty where there is no class vector. */
  readonly top: readonly ClassScore[];
  /** Where there is none: what is explained, and what it amounts to. */
  readonly explained?: Pick<ClassScore, 'text' | 'score'>;
}

/** Where the class names come from, and what else is offered. */
export interface Labelling {
  /** In words: "labels.txt", "the model's metadata (names)"; undefined where the classes are numbered. */
  readonly source?: string;
  /** True where nothing in the files says that these are the names. */
  readonly assumed: boolean;
  /** How many names there are. */
  readonly count: number;
  /** Other names, each as the choice that takes them. */
  readonly offers: readonly { readonly text: string; readonly choice: LabelsChoice }[];
  /** A sentence with both numbers, where there are not as many names as classes; or why chosen names were not taken. */
  readonly mismatch?: string;
}

/** A class that an image shows. */
export interface ShownClass {
  readonly index: number;
  /** Of a single score: that it shows the negation. */
  readonly negated?: true;
}

/** The class that an image is known to show. */
export interface Truth extends ShownClass {
  readonly from: 'hand' | 'folder' | 'file';
  /** In words: "the folder tabby", "labels.csv", "set by hand". */
  readonly where: string;
}

export interface ModelSummary {
  /** Absolute path. */
  readonly path: string;
  readonly fileName: string;
  /** "ONNX, opset 13, pytorch 2.1". */
  readonly format: string;
  readonly parameters: number;
  readonly macs?: number;
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly PortSummary[];
  readonly layers: readonly Layer[];
  /** The layer that is selected when nobody has chosen: the last spatial one before pooling. */
  readonly defaultLayer?: string;
  /** Undefined where the model takes no image. */
  readonly input?: InputConvention;
  /** Number of classes where the explained output is a vector. */
  readonly classes?: number;
  /** One name per class, where known. */
  readonly labels?: readonly string[];
  /** Undefined where there is no class vector. */
  readonly labelling?: Labelling;
  readonly explains: {
    readonly what: Explains;
    /** Which of `outputs` it is, or leads to. */
    readonly output: string;
    /** Name of the value. */
    readonly value: string;
    /** The operator between logits and output; undefined where there is none, and nothing to choose. */
    readonly operator?: string;
    /** Dimensions of one example, where they are numbers: a region's ranges lie in them. */
    readonly dims?: readonly number[];
    /** Names of the outputs that can be explained. */
    readonly outputs: readonly string[];
    /** Axes of `dims` that lie over the image's height and width: of segmenters, image-to-image networks and the like. */
    readonly imageAxes?: readonly [row: number, column: number];
  };
  /** The grids of the model's token sequences; `chosen`: by a person. */
  readonly tokenGrids: readonly (TokenGrid & { readonly chosen: boolean })[];
  /** Plain sentences on what was found: unsupported operators, assumptions, limits. */
  readonly notes: readonly string[];
  /** Absolute paths of what it was read from: the model's own with those of its weights, and those that say how it is used. */
  readonly files: { readonly model: readonly string[]; readonly configuration: readonly string[] };
}

export interface ClassScore {
  readonly index: number;
  /** Of a single logit or sigmoid: what counts against it, with the score and the probability of that. */
  readonly negated?: true;
  readonly label?: string;
  /** The label, else what it is in words: "class 7", "the negative class". */
  readonly text: string;
  /** As the model outputs it. */
  readonly score: number;
  /** 0 to 1 */
  readonly probability: number;
}

/** What was explained: the class, or of a region its value as the score and index -1. */
export interface Explained extends ClassScore {
  readonly target: Target;
}

export interface Prediction {
  /** What the explained value is called: "scores", "logits of scores". */
  readonly output: string;
  /** Its dimensions for one example. */
  readonly dims: readonly number[];
  /** "softmax of 1000 logits", "probabilities of the model". */
  readonly scale: string;
  readonly top: readonly ClassScore[];
}

/** A picture in RGBA bytes. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

export interface InputImage {
  /** Absolute path. */
  readonly name: string;
  /** The upright original, at most 1600 pixels on its longer side (geometry refers to this picture). */
  readonly original: Picture;
  /** What the network sees, before mean and std. */
  readonly network: Picture;
  readonly geometry: Geometry;
  /** The file has pixels that are not opaque, so that `background` of the input's settings matters. */
  readonly hasAlpha: boolean;
  /** Undefined where nobody and nothing says which class it shows. */
  readonly truth?: Truth;
  /** Of a picture of an array: how its values were made visible, in words. */
  readonly array?: string;
}

/** A layer's Grad-CAM, signed, before any upsampling. */
export interface LayerMap {
  readonly output: string;
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** A layer's map in a sweep. */
export interface SweptMap extends LayerMap {
  /** Set where this is a large map in small, for a thumbnail: the lowest (at most 0) and highest (at least 0) of the one that `explain` gives. */
  readonly reduced?: { readonly low: number; readonly high: number };
}

export interface Sweep {
  readonly prediction: Prediction;
  readonly target: Explained;
  readonly maps: readonly SweptMap[];
  /** Outputs of spatial layers from which no path leads to the target. */
  readonly unreachable: readonly string[];
  /** Of a score that is not a number (NaN): where that begins, in a sentence. */
  readonly notNumbers?: string;
  /** Why layers have no map, where an operator on the way has no gradient: one sentence per operator. */
  readonly refusals: readonly string[];
  /** Milliseconds of the forward and backward pass. */
  readonly ms: number;
}

/** A cell of a layer that lies over the image, from 0. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** Activation × gradient per unit of a layer, the strongest first: of layers without height and width, or where one unit is to be chosen. */
export interface UnitContributions {
  readonly output: string;
  readonly units: readonly { readonly index: number; readonly value: number }[];
  /** How many units the layer has in all. */
  readonly count: number;
  /** Why there is no map, or where the units are looked at, in a sentence. */
  readonly why: string;
}

export type LayerExplanation =
  | { readonly kind: 'map'; readonly map: LayerMap; readonly target: Explained; readonly ms: number }
  | { readonly kind: 'units'; readonly units: UnitContributions; readonly target: Explained; readonly ms: number }
  | { readonly kind: 'none'; readonly why: string; readonly target: Explained };

export interface Progress {
  readonly text: string;
  /** 0 to 1; undefined: not known. */
  readonly fraction?: number;
}
