import path from 'node:path';
import * as vscode from 'vscode';
import { settled, stampOf } from './settled.ts';

/** Milliseconds without a change after which a file counts as written. */
const QUIET = 700;

/** A file that is no longer what it was, or no longer there. */
export interface WatchedChange {
  readonly file: string;
  readonly isThere: boolean;
}

/** Tells when files have changed on disk, once they have stopped growing, or have gone. */
export class FileWatch implements vscode.Disposable {
  readonly #onChanged: (changes: readonly WatchedChange[]) => void;
  #files: ReadonlySet<string> = new Set();
  /** By folder: names may hold any character, and patterns give some of them a meaning. */
  readonly #watchers = new Map<string, vscode.Disposable>();
  readonly #settling = new Map<string, AbortController>();
  /** What files were like when this process had written them. */
  readonly #own = new Map<string, string | undefined>();
  /** Written or gone since the last time that it was told. */
  readonly #changes = new Map<string, WatchedChange>();

  constructor(onChanged: (changes: readonly WatchedChange[]) => void) {
    this.#onChanged = onChanged;
  }

  /** Watches these files (absolute paths), which need not be there yet, and no others. */
  watch(files: Iterable<string>): void {
    this.#files = new Set(files);
    const folders = new Set([...this.#files].map((file) => path.dirname(file)));
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.dispose();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) if (!this.#watchers.has(folder)) this.#watchers.set(folder, this.#watcher(folder));
  }

  /** A file that was just written here is not told of before somebody else writes it. */
  async wrote(file: string): Promise<void> {
    this.#own.set(file, await stampOf(file));
  }

  dispose(): void {
    this.watch([]);
    for (const controller of this.#settling.values()) controller.abort();
  }

  #watcher(folder: string): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(folder), '*'));
    const onEvent = ({ fsPath }: vscode.Uri) => {
      if (this.#files.has(fsPath)) void this.#settle(fsPath);
    };
    watcher.onDidChange(onEvent);
    watcher.onDidCreate(onEvent);
    watcher.onDidDelete(onEvent);
    return watcher;
  }

  /** Files that are written together are told together. */
  async #settle(file: string): Promise<void> {
    if (this.#settling.has(file)) return;
    const controller = new AbortController();
    this.#settling.set(file, controller);
    const isThere = await settled(file, QUIET, controller.signal);
    const isOwn = this.#own.has(file) && this.#own.get(file) === (await stampOf(file));
    this.#settling.delete(file);
    if (controller.signal.aborted) return;
    if (!isOwn && this.#files.has(file)) this.#changes.set(file, { file, isThere });
    if (this.#settling.size > 0 || this.#changes.size === 0) return;
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    this.#onChanged(changes);
  }
}
