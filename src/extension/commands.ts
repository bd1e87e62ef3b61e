import path from 'node:path';
import * as vscode from 'vscode';
import type { Layer } from '../protocol/model.ts';
import type { PanelEvents } from '../protocol/panel.ts';
import { chooseImageFile, IMAGE_EXTENSIONS, offeredImages } from './images.ts';
import type { LastInputs } from './lastInputs.ts';
import type { ModelEditorProvider } from './modelEditor.ts';
import type { WorkerClient } from './workerClient.ts';

export interface CommandContext {
  readonly editors: ModelEditorProvider;
  readonly worker: WorkerClient;
  readonly lastInputs: LastInputs;
  readonly output: vscode.LogOutputChannel;
}

type Command = (context: CommandContext, ...args: unknown[]) => unknown;

const MODEL_EXTENSIONS = ['onnx', 'ort'];

/** Every command, by the name in package.json. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  'inspectum.inspectModel': async ({ editors }, uri) => {
    const model = uriOf(uri) ?? (await chooseModel(editors, 'Inspect Model'));
    if (model) await editors.show(model);
  },

  'inspectum.explainImage': async (context, first, second) => {
    const chosen = uriOf(first);
    const isImage = chosen !== undefined && isImageFile(chosen);
    const model = isImage
      ? await modelForImage(context)
      : (chosen ?? context.editors.active?.document.uri ?? (await chooseModel(context.editors, 'Explain Image')));
    if (!model) return;
    const image = isImage ? chosen.fsPath : (uriOf(second)?.fsPath ?? (await pickImage(model.fsPath, context.lastInputs)));
    if (image === undefined) return;
    const panel = await context.editors.show(model);
    await panel.showImage(image);
  },

  'inspectum.goToLayer': async ({ editors }) => {
    const panel = editors.active;
    const layers = panel?.document.summary?.layers;
    if (!panel || !layers) return noModel();
    const picked = await vscode.window.showQuickPick(layerItems(layers), { title: 'Go to Layer', matchOnDescription: true });
    if (!picked) return;
    panel.view.reveal();
    panel.selectLayer(picked.id);
  },

  'inspectum.revealLayer': ({ editors }, layer) => {
    if (typeof layer !== 'string' || !editors.active) return;
    editors.active.view.reveal(undefined, true);
    editors.active.selectLayer(layer);
  },

  'inspectum.chooseTarget': ({ editors }) => panelCommand(editors, 'chooseTarget'),
  'inspectum.searchLayers': ({ editors }) => panelCommand(editors, 'searchLayers'),
  'inspectum.copyPicture': ({ editors }) => panelCommand(editors, 'copyPicture'),
  'inspectum.savePicture': ({ editors }) => panelCommand(editors, 'savePicture'),
  'inspectum.cancel': ({ editors }) => {
    for (const panel of editors.panels) panel.document.cancel();
  },
  'inspectum.restartCompute': ({ worker }) => worker.end(),
  'inspectum.showLog': ({ output }) => output.show(),
  'inspectum.copyFact': (_context, value) => vscode.env.clipboard.writeText(String(value)),
};

const uriOf = (value: unknown): vscode.Uri | undefined => (value instanceof vscode.Uri ? value : undefined);

const isImageFile = (uri: vscode.Uri): boolean => IMAGE_EXTENSIONS.some((extension) => uri.path.toLowerCase().endsWith(`.${extension}`));

function noModel(): void {
  void vscode.window.showErrorMessage('No model is open. Open a model file first, or run "Inspectum: Inspect Model".');
}

function panelCommand(editors: ModelEditorProvider, command: PanelEvents['command']): void {
  const panel = editors.active;
  panel?.view.reveal();
  if (panel) panel.command(command);
  else noModel();
}

/** The open model, or one that was explained before, or any of the workspace. */
async function modelForImage({ editors, lastInputs }: CommandContext): Promise<vscode.Uri | undefined> {
  const open = editors.panels.map((panel) => panel.document.uri);
  if (open.length === 1) return open[0];
  const recent = lastInputs.models().map((file) => vscode.Uri.file(file));
  return chooseModel(editors, 'Explain Image with Model', [...open, ...recent]);
}

async function chooseModel(
  editors: ModelEditorProvider,
  title: string,
  first: readonly vscode.Uri[] = editors.panels.map((p) => p.document.uri),
): Promise<vscode.Uri | undefined> {
  const found = await vscode.workspace.findFiles(`**/*.{${MODEL_EXTENSIONS.join(',')}}`, '**/{node_modules,.git,.venv,venv}/**', 500);
  const all = new Map([...first, ...found].map((uri) => [uri.toString(), uri]));
  if (all.size === 0) {
    const [uri] = (await vscode.window.showOpenDialog({ title, filters: { Models: MODEL_EXTENSIONS } })) ?? [];
    return uri;
  }
  const items = [...all.values()].map((uri) => ({
    label: path.basename(uri.fsPath),
    description: path.dirname(vscode.workspace.asRelativePath(uri)),
    uri,
  }));
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.uri;
}

async function pickImage(model: string, lastInputs: LastInputs): Promise<string | undefined> {
  const offered = await offeredImages(model, lastInputs.imageOf(model));
  if (offered.length === 0) return chooseImageFile(model);
  const items = [
    ...offered.map(({ path: file, label, last }) => ({ label, description: last ? 'last used with this model' : '', file })),
    { label: 'Choose another file…', description: '', file: undefined },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: 'Explain Image', placeHolder: 'An image of the workspace' });
  return picked && (picked.file ?? chooseImageFile(model));
}

function layerItems(layers: readonly Layer[]): (vscode.QuickPickItem & { id: string })[] {
  return layers
    .filter((layer) => !layer.plumbing)
    .flatMap((layer) => [
      { id: layer.id, label: layer.id, description: [layer.kind, layer.detail, layer.shape].filter((part) => part !== '').join('  ') },
      ...layerItems(layer.children),
    ]);
}
