import type { BaselinePreview, BaselineSpec } from './baselines.ts';
import type { Choices } from './choices.ts';
import type { GivenInputs, InputSource } from './inputs.ts';
import type { AttributionView, BaselineSort, Estimate, MethodInfo, MethodProgress, Recipe } from './methods.ts';
import type { Cell, ConventionOutcome, LayerExplanation, ModelSummary, ShownClass, Sweep, Truth, UnitContributions } from './model.ts';
import type { WireError } from './rpc.ts';
import type { Target } from './target.ts';

/** What somebody set for a method. */
export interface MethodSettings {
  /** Parameters as `--set` takes them. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly baseline?: Recipe['baseline'];
}

export interface MethodMemory {
  readonly chosen: string;
  readonly settings: Readonly<Record<string, MethodSettings>>;
  /** The neuron of the selected layer. */
  readonly neuron?: Recipe['neuron'];
}

/** What a panel needs to come back after the window reloads; kept by the webview with vscode.setState. */
export interface PanelMemory {
  /** The inputs were given something, which the extension remembers. */
  readonly given?: boolean;
  readonly layer?: string;
  readonly target?: Target;
  readonly view?: ViewSettings;
  readonly choices?: Choices;
  readonly method?: MethodMemory;
  /** Pixels of the left and the right column, where somebody has moved them. */
  readonly columns?: readonly [number, number];
}

export const SIGNS = ['positive', 'negative', 'all', 'absolute_value'] as const;
export const UPSAMPLINGS = ['none', 'nearest', 'bilinear', 'bicubic'] as const;

/** What Captum's visualize_image_attr is told that is not at its default: of every picture, and of all of them together. */
export interface CaptumPictures {
  /** `method`, `sign` and `title` of each; several stand side by side. */
  readonly pictures: readonly Readonly<Record<string, unknown>>[];
  readonly shared: Readonly<Record<string, unknown>>;
}

export interface ViewSettings {
  /** How the map is drawn: 'captum', or the name of a preset as `--picture` takes it; 'perceptual' is drawn by what follows it here. */
  readonly picture: string;
  readonly captum: CaptumPictures;
  readonly opacity: number;
  readonly colormap: string;
  readonly sign: (typeof SIGNS)[number];
  readonly outlierPercent: number;
  readonly upsampling: (typeof UPSAMPLINGS)[number];
  /** Over the original photo, or over the network's input. */
  readonly over: 'original' | 'input';
  readonly zoom: number;
}

/** An image of the workspace that can be offered. */
export interface OfferedImage {
  /** Absolute path. */
  readonly path: string;
  /** Relative to the workspace folder. */
  readonly label: string;
  /** The one last used with this model. */
  readonly last: boolean;
}

/** What is shown was read from files that have been written since. */
export interface FilesChanged {
  readonly what: readonly ('model' | 'image' | 'configuration')[];
  /** Absolute paths. */
  readonly files: readonly string[];
  /** To be read again at once; otherwise the person is asked. */
  readonly reload: boolean;
}

/** A file that was dropped or pasted. */
export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the webview may ask of the extension: these names and no others. */
export type PanelCalls = {
  /** The first call: opens the model (again, after a failure or a restart of the worker). */
  open: (params: { readonly choices: Choices }) => ModelSummary;
  /** Images to offer, at most 60. */
  images: (params: null) => readonly OfferedImage[];
  /** Lets the person choose a file in VS Code's own dialog; null: dismissed. */
  chooseImage: (params: null) => GivenInputs | null;
  /** Gives the image input an offered path, or what was dropped or pasted. */
  setImage: (params: { readonly path: string } | DroppedFile) => GivenInputs;
  /** Gives any input something; what the others were given before is remembered, for the next window too. */
  setInput: (params: { readonly input: string; readonly source: InputSource | DroppedFile }) => GivenInputs;
  /** Lets the person choose an image or .npy file for an input in VS Code's own dialog; null: dismissed. */
  chooseInput: (params: { readonly input: string }) => GivenInputs | null;
  /** Gives every input what it was last given, in this window or an earlier one. */
  restoreInputs: (params: null) => GivenInputs;
  sweep: (params: { readonly target?: Target }) => Sweep;
  explain: (params: { readonly layer: string; readonly target?: Target }) => LayerExplanation;
  /** The units of a layer, the strongest first: of all of it, or in one of its cells. */
  units: (params: { readonly layer: string; readonly cell?: Cell; readonly target?: Target }) => UnitContributions;
  /** The methods that there are, as they suit the open model. */
  methods: (params: null) => readonly MethodInfo[];
  /** Lets the person choose files as a baseline in VS Code's own dialog; null: dismissed. */
  chooseBaselines: (params: { readonly of: BaselineSort }) => { readonly files: readonly string[] } | null;
  /** Reads a baseline, to be shown before it is used. */
  baselines: (params: { readonly baseline: BaselineSpec }) => BaselinePreview;
  /** How much a recipe would take. */
  estimate: (params: { readonly recipe: Recipe }) => Estimate;
  /** Any method. What there is of a long one is told with its progress. */
  attribute: (params: { readonly recipe: Recipe }) => AttributionView;
  /** The best classes of the given image, or what `target` amounts to, under every usual convention of preprocessing. */
  conventions: (params: { readonly target?: Target }) => readonly ConventionOutcome[];
  /**
   * Writes what was chosen (input, labels) into inspectum.json beside the model. From then on the file says it: open again without
   * these choices.
   */
  saveConfiguration: (params: null) => { readonly file: string };
  /** Lets the person choose a file of class names for `Choices.labels`; null: dismissed. */
  chooseLabels: (params: null) => { readonly file: string } | null;
  /** Keeps a dropped file of class names, for `Choices.labels`. */
  keepLabels: (params: DroppedFile) => { readonly file: string };
  /** Says which class an image shows, or forgets what was said (null). @returns what counts now: the person's word before files' */
  setTruth: (params: { readonly image: string; readonly truth: ShownClass | null }) => Truth | null;
  /** Stops what is being computed for this model, whatever it takes. Aborting a call only gives up its result. */
  cancel: (params: null) => null;
  /** Tells the native tree what is selected here. */
  layerSelected: (params: { readonly layer: string }) => null;
  /** Saves the shown picture where the person says; false: dismissed. */
  savePicture: (params: { readonly suggestedName: string; readonly png: Uint8Array }) => boolean;
};

/** What the extension tells the webview. */
export type PanelEvents = {
  progress: MethodProgress | null;
  /** The native tree, the command palette or another editor chose a layer. */
  selectLayer: { readonly layer: string };
  /** A command of the palette that the panel carries out. */
  command: 'savePicture' | 'copyPicture' | 'chooseTarget' | 'searchLayers';
  /** An image was chosen outside of the panel (explorer, palette). */
  given: GivenInputs;
  /** Files have changed on disk, and have stopped growing. */
  changed: FilesChanged;
  /** The compute process ended: shown with an offer to retry. */
  stopped: WireError;
};
