/** The `input` of inspectum.json: how an image becomes the network's input. Every field may be missing. */
export interface InputSettings {
  /** [height, width] */
  readonly size?: readonly [number, number];
  readonly fit?: 'shorter-side' | 'squash' | 'letterbox' | 'none';
  readonly resize?: number;
  readonly crop?: 'center';
  readonly interpolation?: 'nearest' | 'bilinear' | 'bicubic';
  readonly channels?: 'RGB' | 'BGR' | 'L' | 'LA' | 'RGBA';
  readonly layout?: 'auto' | 'NCHW' | 'NHWC';
  readonly dtype?: 'auto' | 'float32' | 'float16' | 'uint8' | 'int8';
  readonly range?: readonly [number, number];
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly pad?: readonly number[];
  readonly align?: 'center' | 'start';
  /** What clear pixels become: 'drop' shows the colour that is stored under them, a colour (0 to 255) is laid under the image. */
  readonly background?: 'drop' | readonly number[];
}

/** Which value is explained: the output as it is, or what goes into its last Softmax, LogSoftmax or Sigmoid. */
export type Explains = 'output' | 'logits';

/**
 * Which class names are used. `file`: the absolute path of a file of names. `assumed`: ImageNet-1k's, which nothing in the files says.
 * `offset`: the first of one name too many is a background class and dropped; where the output has one more, a background class is put before the names.
 */
export type LabelsChoice = { readonly file: string; readonly offset?: 1 } | { readonly assumed: 'imagenet' } | { readonly offset: 1 };

/** What a person has chosen for a model; what is missing is taken from its files, else inferred. Kept with the panel. */
export interface Choices {
  readonly explain?: Explains;
  /** The output that is explained, where there are several; default the first. */
  readonly output?: string;
  /** In place of what files say and inference guesses. */
  readonly input?: InputSettings;
  readonly labels?: LabelsChoice;
  /** Grids of token sequences, by their number of tokens, in place of those that were recognised. */
  readonly tokens?: readonly TokenGrid[];
}

/** Which positions of a token sequence form a grid over the image: those from `skip` on, row by row. */
export interface TokenGrid {
  /** skip + height · width; tokens behind the grid count, too. */
  readonly tokens: number;
  readonly height: number;
  readonly width: number;
  readonly skip: number;
}
