import path from 'node:path';
import * as vscode from 'vscode';

/** Lets the person choose a file of class names; undefined: dismissed. */
export async function chooseLabelsFile(near: string): Promise<string | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: 'Class Names',
      openLabel: 'Use',
      canSelectMany: false,
      defaultUri: vscode.Uri.file(path.dirname(near)),
      filters: { 'Class names': ['txt', 'json', 'yaml', 'yml', 'csv', 'tsv'] },
    })) ?? [];
  return uri?.fsPath;
}
