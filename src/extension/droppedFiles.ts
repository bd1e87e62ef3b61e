import { createHash } from 'node:crypto';
import * as vscode from 'vscode';

const MAX_KEPT = 20;

/** Images and files of class names that were dropped or pasted into a panel, kept as files of the extension's own so that they outlive the window. */
export class DroppedFiles {
  readonly #folder: vscode.Uri;

  constructor(storage: vscode.Uri) {
    this.#folder = vscode.Uri.joinPath(storage, 'dropped');
  }

  /** Writes a file, the oldest ones beyond a few are deleted. @returns its absolute path, which ends in its name */
  async keep(name: string, bytes: Uint8Array): Promise<string> {
    const folder = vscode.Uri.joinPath(this.#folder, createHash('sha256').update(bytes).digest('hex').slice(0, 16));
    const file = vscode.Uri.joinPath(
      folder,
      name
        .replace(/[^\w.-]+/g, '_')
        .replace(/^\.+/, '')
        .slice(-80) || 'file',
    );
    await vscode.workspace.fs.createDirectory(folder);
    await vscode.workspace.fs.writeFile(file, bytes);
    await this.#deleteOldest();
    return file.fsPath;
  }

  async #deleteOldest(): Promise<void> {
    const folders = await vscode.workspace.fs.readDirectory(this.#folder);
    const dated = await Promise.all(
      folders.map(async ([name]) => {
        const uri = vscode.Uri.joinPath(this.#folder, name);
        return { uri, time: (await vscode.workspace.fs.stat(uri)).mtime };
      }),
    );
    const old = dated.sort((a, b) => b.time - a.time).slice(MAX_KEPT);
    await Promise.all(old.map(({ uri }) => vscode.workspace.fs.delete(uri, { recursive: true })));
  }
}
