import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Choices, InputSettings } from '../../protocol/choices.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { modelConfig, preprocessorConfig } from './huggingFace.ts';
import { inputSettings } from './inputSettings.ts';
import { inspectumJson } from './inspectumJson.ts';
import { modelMetadata } from './modelMetadata.ts';
import { type FoundNames, merged, type Origins, type Said } from './said.ts';
import { teachableMachine } from './teachableMachine.ts';

/** What is said about how a model is used, by whoever says it. */
export interface Configuration {
  readonly input: InputSettings;
  /** Who says each field of `input`. */
  readonly origins: Origins;
  /** Class names that somebody says, the strongest first. */
  readonly names: readonly FoundNames[];
  readonly output: 'logits' | 'probabilities' | 'auto';
  /** The files that it was read from. */
  readonly files: readonly string[];
  /** Sentences on what is said and cannot be followed. */
  readonly notes: readonly string[];
}

/** Files of other tools. An export for ONNX often stands in a folder of that name under them. */
const FOREIGN: readonly { readonly name: string; readonly read: (file: string) => Said | undefined }[] = [
  { name: 'preprocessor_config.json', read: preprocessorConfig },
  { name: 'config.json', read: modelConfig },
  { name: 'metadata.json', read: teachableMachine },
];

/**
 * What is said of a model, the strongest first and field by field: what a person has chosen; the inspectum.json beside it; files of Hugging
 * Face, timm and Teachable Machine beside it; its own metadata.
 * @param config an inspectum.json to use instead of the one beside the model (`--config`)
 * @throws InspectumError of inspectum.json: 'missing' (where it is named), 'corrupt' (no JSON), 'usage' (a field that is not of its type).
 * What is wrong with other tools' files is said in the notes.
 */
export function readConfiguration(
  modelPath: string,
  { config, metadata, choices = {} }: { config?: string; metadata?: ReadonlyMap<string, string>; choices?: Choices } = {},
): Configuration {
  const folder = path.dirname(modelPath);
  const own = config ?? path.join(folder, 'inspectum.json');
  const chosen: Said = {
    origin: { from: 'chosen', where: 'chosen here', strict: false },
    input: inputSettings({ ...choices.input }, 'The chosen settings'),
    files: [],
  };
  const notes: string[] = [];
  const tolerant = (read: () => Said | undefined): Said[] => {
    try {
      return [read() ?? []].flat();
    } catch (error) {
      if (!(error instanceof InspectumError)) throw error;
      notes.push(`Not followed: ${error.message}`);
      return [];
    }
  };
  const said = [
    chosen,
    ...(config !== undefined || existsSync(own) ? [inspectumJson(own)] : []),
    ...FOREIGN.flatMap(({ name, read }) => {
      const file = [folder, ...(path.basename(folder) === 'onnx' ? [path.dirname(folder)] : [])]
        .map((place) => path.join(place, name))
        .find((place) => existsSync(place));
      return file === undefined ? [] : tolerant(() => read(file));
    }),
    ...(metadata ? tolerant(() => modelMetadata(metadata)) : []),
  ];
  return {
    ...merged(said),
    names: said.flatMap(({ names }) => names ?? []),
    output: said.find(({ output }) => output !== undefined)?.output ?? 'auto',
    files: said.flatMap(({ files }) => files),
    notes: [...notes, ...said.flatMap((one) => one.notes ?? [])],
  };
}
