import path from 'node:path';
import * as vscode from 'vscode';
import type { OfferedImage } from '../protocol/panel.ts';

export const IMAGE_EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff', 'bmp'] as const;
const MAX_OFFERED = 60;

/** Images of the workspace for a model: the one last used, then those nearest to the model. */
export async function offeredImages(model: string, last: string | undefined): Promise<OfferedImage[]> {
  const found = await vscode.workspace.findFiles(`**/*.{${IMAGE_EXTENSIONS.join(',')}}`, '**/{node_modules,.git,.venv,venv}/**', 500);
  const folder = path.dirname(model);
  const distance = (file: string): number => path.relative(folder, path.dirname(file)).split(path.sep).length;
  const offered = found
    .map((uri) => ({ path: uri.fsPath, label: vscode.workspace.asRelativePath(uri, false), last: uri.fsPath === last }))
    .sort((a, b) => Number(b.last) - Number(a.last) || distance(a.path) - distance(b.path) || byName(a.label, b.label));
  if (last !== undefined && !offered.some((image) => image.last)) offered.unshift({ path: last, label: path.basename(last), last: true });
  return offered.slice(0, MAX_OFFERED);
}

/** Without regard to case. localeCompare would keep the extension host for 20 ms when it is first called: it loads the rules of a language. */
function byName(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x < y ? -1 : Number(x > y);
}

const IMAGES = { Images: [...IMAGE_EXTENSIONS] };
const ARRAYS = { 'NumPy arrays': ['npy'] };

/** Lets the person choose an image file; undefined: dismissed. */
export const chooseImageFile = (near: string): Promise<string | undefined> => chooseFile('Explain Image', near, { ...IMAGES, ...ARRAYS });

/** Lets the person choose a file for an input; undefined: dismissed. */
export const chooseInputFile = (input: string, near: string, takesImage: boolean): Promise<string | undefined> =>
  chooseFile(`Input ${input}`, near, takesImage ? { ...IMAGES, ...ARRAYS } : ARRAYS);

/** Lets the person choose files as a baseline; undefined: dismissed. */
export const chooseBaselineFiles = (near: string, takesImage: boolean, several: boolean): Promise<readonly string[] | undefined> =>
  chooseFiles({
    title: several ? 'Baselines' : 'Baseline',
    openLabel: 'Compare',
    canSelectMany: several,
    near,
    filters: takesImage ? { 'Images and NumPy arrays': [...IMAGE_EXTENSIONS, 'npy'] } : ARRAYS,
  });

async function chooseFile(title: string, near: string, filters: Record<string, string[]>): Promise<string | undefined> {
  return (await chooseFiles({ title, openLabel: 'Explain', canSelectMany: false, near, filters }))?.[0];
}

async function chooseFiles({ near, ...options }: vscode.OpenDialogOptions & { readonly near: string }): Promise<string[] | undefined> {
  const uris = await vscode.window.showOpenDialog({ ...options, defaultUri: vscode.Uri.file(path.dirname(near)) });
  return uris?.map(({ fsPath }) => fsPath);
}
