import * as vscode from 'vscode';
import { COMMANDS, type CommandContext } from './commands.ts';
import { DroppedFiles } from './droppedFiles.ts';
import { InspectorView } from './inspectorView.ts';
import { LastInputs } from './lastInputs.ts';
import { LayerTreeView } from './layerTreeView.ts';
import { ModelEditorProvider, VIEW_TYPE } from './modelEditor.ts';
import { StatusBar } from './statusBar.ts';
import { Truths } from './truths.ts';
import { WorkerClient } from './workerClient.ts';
import type { WorkerOptions } from './workerProcess.ts';

/** Called by VS Code when a model is opened, or a command or view of Inspectum is used; not at start. */
export function activate(context: vscode.ExtensionContext): void {
  const output = vscode.window.createOutputChannel('Inspectum', { log: true });
  const worker = new WorkerClient(() => workerOptions(context.extensionUri, output));
  const lastInputs = new LastInputs(context.workspaceState);
  const editors = new ModelEditorProvider(context.extensionUri, worker, {
    last: lastInputs,
    truths: new Truths(context.workspaceState),
    dropped: new DroppedFiles(context.storageUri ?? context.globalStorageUri),
  });
  const commandContext: CommandContext = { editors, worker, lastInputs, output };
  context.subscriptions.push(
    output,
    worker,
    vscode.window.registerCustomEditorProvider(VIEW_TYPE, editors, {
      webviewOptions: { retainContextWhenHidden: true },
      supportsMultipleEditorsPerDocument: false,
    }),
    new LayerTreeView(editors),
    new InspectorView(editors),
    new StatusBar(worker),
    ...Object.entries(COMMANDS).map(([name, run]) =>
      vscode.commands.registerCommand(name, async (...args: unknown[]) => {
        try {
          await run(commandContext, ...args);
        } catch (error) {
          const { kind, message } = error as { kind?: string; message: string };
          output.error(`${name}: ${message}`);
          if (kind !== 'cancelled') void vscode.window.showErrorMessage(message);
        }
      }),
    ),
  );
}

function workerOptions(extensionUri: vscode.Uri, output: vscode.LogOutputChannel): WorkerOptions {
  const settings = vscode.workspace.getConfiguration('inspectum');
  return {
    script: vscode.Uri.joinPath(extensionUri, 'dist', 'worker.cjs').fsPath,
    execPath: settings.get<string>('nodePath') || undefined,
    threads: settings.get<number>('threads', 0),
    memoryLimit: settings.get<number>('memoryLimit', 4096) * 2 ** 20,
    log: (line) => output.info(line),
  };
}
