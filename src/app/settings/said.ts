import type { InputSettings } from '../../protocol/choices.ts';
import type { ClassNames } from '../labels/classNames.ts';

/** Who says something about a model: a person in the panel, a file beside it, or the model file's own metadata. */
export interface Origin {
  readonly from: 'chosen' | 'file' | 'metadata';
  /** In words: "inspectum.json", "the model's metadata". */
  readonly where: string;
  /** Written for this tool: where it contradicts the model that is an error, not something to overlook. */
  readonly strict: boolean;
}

/** Class names and where they stand. */
export interface FoundNames extends ClassNames {
  /** In words: "labels.txt", "the model's metadata (names)". */
  readonly source: string;
  /** Absolute path, where a file holds them and nothing else. */
  readonly file?: string;
  /** Said of this model by somebody: taken as it is, even where the count disagrees. */
  readonly binding: boolean;
}

/** What one place says about how a model is used. */
export interface Said {
  readonly origin: Origin;
  readonly input: InputSettings;
  readonly names?: FoundNames;
  readonly output?: 'logits' | 'probabilities';
  /** Absolute paths of what was read. */
  readonly files: readonly string[];
  /** Sentences on what is said and cannot be followed. */
  readonly notes?: readonly string[];
}

export type Origins = Readonly<Partial<Record<keyof InputSettings, Origin>>>;

/** Fields that make sense only together: they are taken from the strongest that says one of the first list, with what stronger ones say of them. */
const TOGETHER: readonly { readonly decided: readonly (keyof InputSettings)[]; readonly fields: readonly (keyof InputSettings)[] }[] = [
  { decided: ['range', 'mean', 'std'], fields: ['range', 'mean', 'std'] },
  { decided: ['fit'], fields: ['fit', 'resize', 'crop', 'pad', 'align'] },
];

/**
 * What all say of the input, the strongest first. Means and deviations go with their colours where a stronger one turns the channels round,
 * and the length of the shorter side goes with the size.
 */
export function merged(all: readonly Said[]): { readonly input: InputSettings; readonly origins: Origins } {
  const input: Record<string, unknown> = {};
  const origins: Partial<Record<keyof InputSettings, Origin>> = {};
  const take = (name: keyof InputSettings, from: Said): void => {
    if (from.input[name] === undefined || Object.hasOwn(input, name)) return;
    input[name] = from.input[name];
    origins[name] = from.origin;
  };
  const grouped = new Set(TOGETHER.flatMap(({ fields }) => fields));
  for (const said of all) for (const name of Object.keys(said.input) as (keyof InputSettings)[]) if (!grouped.has(name)) take(name, said);
  for (const { decided, fields } of TOGETHER) {
    const deciding = all.findIndex((said) => decided.some((name) => said.input[name] !== undefined));
    for (const said of deciding < 0 ? all : all.slice(0, deciding + 1)) for (const name of fields) take(name, said);
  }
  return { input: adapted(input as InputSettings, origins, all), origins };
}

function adapted(input: InputSettings, origins: Origins, all: readonly Said[]): InputSettings {
  const sayer = (name: keyof InputSettings): InputSettings | undefined => all.find((said) => said.origin === origins[name])?.input;
  const turned = (name: 'mean' | 'std'): readonly number[] | undefined => {
    const said = sayer(name);
    const otherOrder = said && (said.channels === 'BGR') !== (input.channels === 'BGR');
    return otherOrder ? input[name]?.toReversed() : input[name];
  };
  const [mean, std] = [turned('mean'), turned('std')];
  const fitted = sayer('resize');
  const resize = fitted?.resize && scaledResize(fitted.resize, fitted.size, input.size);
  return { ...input, ...(mean && { mean }), ...(std && { std }), ...(resize && { resize }) };
}

/** The length of the shorter side for another size than the one it was said with. */
export const scaledResize = (resize: number, said: InputSettings['size'], size: InputSettings['size']): number =>
  said && size ? Math.round((resize * Math.min(...size)) / Math.min(...said)) : resize;
