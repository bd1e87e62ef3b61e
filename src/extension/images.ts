import path from 'node:path';
import * as vscode from 'vscode';
import type { OfferedImage } from '../protocol/panel.ts';

export const IMAGE_EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp', 'bmp'] as const;
const MAX_OFFERED = 60;
const LAST_IMAGES = 'inspectum.lastImages';
const MAX_REMEMBERED = 200;

/** The image that was last used with each model, by paths; of this workspace. */
export class LastImages {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  of(model: string): string | undefined {
    return this.#all().find(([path]) => path === model)?.[1];
  }

  remember(model: string, image: string): void {
    const others = this.#all().filter(([path]) => path !== model);
    void this.#state.update(LAST_IMAGES, [[model, image], ...others].slice(0, MAX_REMEMBERED));
  }

  /** Models that were explained before, the last one first. */
  models(): string[] {
    return this.#all().map(([model]) => model);
  }

  #all(): readonly (readonly [string, string])[] {
    return this.#state.get<readonly (readonly [string, string])[]>(LAST_IMAGES, []);
  }
}

/** Images of the workspace for a model: the one last used, then those nearest to the model. */
export async function offeredImages(model: string, last: string | undefined): Promise<OfferedImage[]> {
  const found = await vscode.workspace.findFiles(`**/*.{${IMAGE_EXTENSIONS.join(',')}}`, '**/{node_modules,.git,.venv,venv}/**', 500);
  const folder = path.dirname(model);
  const distance = (file: string): number => path.relative(folder, path.dirname(file)).split(path.sep).length;
  const offered = found
    .map((uri) => ({ path: uri.fsPath, label: vscode.workspace.asRelativePath(uri, false), last: uri.fsPath === last }))
    .sort((a, b) => Number(b.last) - Number(a.last) || distance(a.path) - distance(b.path) || a.label.localeCompare(b.label));
  if (last !== undefined && !offered.some((image) => image.last)) offered.unshift({ path: last, label: path.basename(last), last: true });
  return offered.slice(0, MAX_OFFERED);
}

/** Lets the person choose an image file; undefined: dismissed. */
export async function chooseImageFile(near: string): Promise<string | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: 'Explain Image',
      openLabel: 'Explain',
      canSelectMany: false,
      defaultUri: vscode.Uri.file(path.dirname(near)),
      filters: { Images: [...IMAGE_EXTENSIONS] },
    })) ?? [];
  return uri?.fsPath;
}
