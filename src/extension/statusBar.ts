import * as vscode from 'vscode';
import type { WorkerClient } from './workerClient.ts';

const DELAY_MS = 300;

/** Says in the status bar what is being computed, once it takes a while; a click cancels. */
export class StatusBar implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #subscription: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;

  constructor(worker: WorkerClient) {
    this.#item = vscode.window.createStatusBarItem('inspectum.progress', vscode.StatusBarAlignment.Left);
    this.#item.name = 'Inspectum';
    this.#item.command = 'inspectum.cancel';
    this.#item.tooltip = 'Click to cancel';
    const ended = worker.onEnded(() => this.#hide());
    const progress = worker.onProgress(({ progress }) => {
      if (!progress) return this.#hide();
      this.#item.text = `$(sync~spin) ${progress.text}`;
      this.#timer ??= setTimeout(() => this.#item.show(), DELAY_MS);
    });
    this.#subscription = vscode.Disposable.from(ended, progress);
  }

  dispose(): void {
    this.#hide();
    this.#subscription.dispose();
    this.#item.dispose();
  }

  #hide(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#item.hide();
  }
}
