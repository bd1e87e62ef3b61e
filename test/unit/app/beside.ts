import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readConfiguration } from '../../../src/app/settings/configuration.ts';
import { temporaryFolder } from '../formats/models.ts';

export type Files = Readonly<Record<string, unknown>>;

/** A folder with these files, by their paths in it; what is no text is written as JSON. */
export function folderWith(files: Files): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

/** What is said of the model.onnx of such a folder. */
export const configured = (files: Files, options: Parameters<typeof readConfiguration>[1] = {}, model = 'model.onnx') => {
  const folder = folderWith(files);
  const { config } = options;
  return readConfiguration(path.join(folder, model), { ...options, ...(config !== undefined && { config: path.join(folder, config) }) });
};
