import { type PictureSpec, type PictureStyle, pictureStyle } from '../app/picture/pictureStyle.ts';
import { nearest } from '../app/tree/findLayer.ts';
import { InspectumError } from '../tensor/errors.ts';

/** How a flag's value is read. 'list' may be repeated; 'switch' takes none. */
export type FlagType = 'text' | 'list' | 'count' | 'switch';

/** Every flag of every command. */
export const FLAGS = {
  json: { type: 'switch', help: 'machine-readable output' },
  input: { type: 'list', help: 'FILE or NAME=FILE: an image, or a .npy file fed as it is' },
  top: { type: 'count', help: 'how many classes' },
  method: { type: 'text', help: "Captum's class name" },
  layer: { type: 'text', help: 'module path (layer3.1.conv2 or layer3[1].conv2), node name or value name' },
  neuron: { type: 'text', help: 'I,J,K: a neuron of the layer; with ranges like 0,1:3,: the sum of several' },
  target: {
    type: 'text',
    help: 'class index, I,J for outputs of more dimensions, 281-207 or 281+282 (sums, with weights 0.5*281), negation, sum:I,J:K,: or max:…, or none',
  },
  output: { type: 'text', help: 'the value that is explained' },
  baseline: {
    type: 'list',
    help: 'NUMBER, FILE (.npy, an image, a folder of images), zero, black, white, gray, blur[:SIGMA] or noise[:COUNT]; NAME=… of several inputs',
  },
  set: { type: 'list', help: "KEY=JSON: a parameter by Captum's name" },
  out: { type: 'text', help: 'file (.npy, .npz with an array for every input or value of the layer, .png, .json) or, for sweep, folder' },
  picture: { type: 'text', help: "of a .png: perceptual, grad-cam-paper, signed-min-max-jet, or Captum's parameters as JSON" },
  engine: { type: 'text', help: 'onnxruntime' },
  config: { type: 'text', help: 'an inspectum.json' },
  labels: { type: 'text', help: 'a file of class names, or ImageNet-1k' },
  threads: { type: 'count', help: 'threads for one operator' },
  'memory-limit': { type: 'count', help: 'MB that may be used; default: most of what the machine has' },
  quiet: { type: 'switch', help: 'no progress and no notes' },
} as const satisfies Readonly<Record<string, { type: FlagType; help: string }>>;

export type FlagName = keyof typeof FLAGS;
type ValueOf<T extends FlagType> = T extends 'switch'
  ? boolean
  : T extends 'list'
    ? readonly string[]
    : T extends 'count'
      ? number
      : string;
export type Flags = { readonly [K in FlagName]?: ValueOf<(typeof FLAGS)[K]['type']> };

const usage = (message: string): InspectumError => new InspectumError('usage', message);

/** Splits arguments into positionals and flags. Throws InspectumError 'usage'. */
export function parseArguments(args: readonly string[], allowed: readonly FlagName[]): { positionals: string[]; flags: Flags } {
  const positionals: string[] = [];
  const flags: Record<string, boolean | number | string | string[]> = {};
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] as string;
    if (!argument.startsWith('--')) {
      positionals.push(argument);
      continue;
    }
    const [name = '', inline] = splitOnce(argument.slice(2));
    if (!allowed.some((flag) => flag === name))
      throw usage(
        `There is no flag --${name} here. The nearest are: ${nearest(name, allowed, 3)
          .map((f) => `--${f}`)
          .join(', ')}.`,
      );
    const { type } = FLAGS[name as FlagName];
    if (type !== 'list' && Object.hasOwn(flags, name)) throw usage(`--${name} is given twice.`);
    if (type === 'switch') {
      if (inline !== undefined) throw usage(`--${name} takes no value.`);
      flags[name] = true;
      continue;
    }
    const value = inline ?? args[++i];
    if (value === undefined) throw usage(`--${name} needs a value: ${FLAGS[name as FlagName].help}.`);
    if (type === 'list') flags[name] = [...((flags[name] as string[] | undefined) ?? []), value];
    else flags[name] = type === 'count' ? countOf(name, value) : value;
  }
  return { positionals, flags: flags as Flags };
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function countOf(name: string, value: string): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 1) throw usage(`--${name} should be a whole number from 1, not ${JSON.stringify(value)}.`);
  return n;
}

/** `--picture`: a preset's name, or JSON. */
export function parsePicture(text: string): PictureStyle {
  if (!text.trimStart().startsWith('{')) return pictureStyle(text);
  let spec: PictureSpec;
  try {
    spec = JSON.parse(text);
  } catch (error) {
    throw usage(`--picture: this is not JSON: ${(error as Error).message}`);
  }
  return pictureStyle(spec);
}

/** `--set KEY=JSON`, repeated. */
export function parseSet(entries: readonly string[] = []): Record<string, unknown> {
  return Object.fromEntries(
    entries.map((entry) => {
      const [key, json] = splitOnce(entry);
      if (json === undefined) throw usage(`--set should be KEY=JSON, not ${JSON.stringify(entry)}.`);
      try {
        return [key, JSON.parse(json)];
      } catch {
        throw usage(`--set ${key}: ${json} is not JSON. Text needs double quotes: --set ${key}='"${json}"'.`);
      }
    }),
  );
}
