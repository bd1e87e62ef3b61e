import path from 'node:path';
import * as vscode from 'vscode';
import type { InputImage } from '../protocol/model.ts';
import type { PanelCalls, PanelEvents } from '../protocol/panel.ts';
import { type Handlers, type Message, Peer } from '../protocol/rpc.ts';
import type { ImageSource } from '../protocol/worker.ts';
import { chooseImageFile, type LastImages, offeredImages } from './images.ts';
import type { ModelDocument } from './modelDocument.ts';
import { panelHtml } from './panelHtml.ts';
import type { WorkerClient } from './workerClient.ts';
import { RESTARTED } from './workerProcess.ts';

/** One panel: a webview that shows a model, and the calls that it may make. */
export class Panel {
  readonly document: ModelDocument;
  readonly view: vscode.WebviewPanel;
  readonly #lastImages: LastImages;
  readonly #peer: Peer<PanelCalls, PanelEvents, Record<never, never>, Record<never, never>>;
  readonly #disposables: vscode.Disposable[] = [];
  readonly #opened: Promise<void>;
  #open: () => void = () => undefined;

  constructor(document: ModelDocument, view: vscode.WebviewPanel, extensionUri: vscode.Uri, worker: WorkerClient, lastImages: LastImages) {
    this.document = document;
    this.view = view;
    this.#lastImages = lastImages;
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.#peer = new Peer((message) => void view.webview.postMessage(message), this.#calls());
    const { webview } = view;
    webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist')] };
    this.#disposables.push(
      webview.onDidReceiveMessage((message: Message) => this.#peer.receive(message)),
      worker.onProgress(({ model, progress }) => {
        if (model === document.path) this.#peer.tell('progress', progress);
      }),
      worker.onEnded((reason) => {
        if (reason.kind !== RESTARTED) this.#peer.tell('stopped', reason);
      }),
    );
    view.onDidDispose(() => {
      this.#peer.close({ kind: 'cancelled', message: 'The panel was closed.' });
      for (const disposable of this.#disposables) disposable.dispose();
    });
    webview.html = panelHtml(webview, extensionUri);
  }

  /** Shows a layer that was chosen outside of the panel. */
  selectLayer(layer: string): void {
    this.document.select(layer);
    this.#peer.tell('selectLayer', { layer });
  }

  command(command: PanelEvents['command']): void {
    this.#peer.tell('command', command);
  }

  /** Explains an image that was chosen outside of the panel. */
  async showImage(file: string): Promise<void> {
    await this.#opened;
    this.#peer.tell('image', await this.#setImage({ path: file }));
  }

  async #setImage(image: ImageSource, signal?: AbortSignal): Promise<InputImage> {
    const shown = await this.document.setImage(image, signal);
    if ('path' in image) this.#lastImages.remember(this.document.path, image.path);
    return shown;
  }

  #calls(): Handlers<PanelCalls> {
    const { document } = this;
    return {
      open: async ({ explain }, signal) => {
        const summary = await document.open(explain, signal);
        this.#open();
        return summary;
      },
      images: () => offeredImages(document.path, this.#lastImages.of(document.path)),
      chooseImage: async (_params, signal) => {
        const file = await chooseImageFile(this.#lastImages.of(document.path) ?? document.path);
        return file === undefined ? null : this.#setImage({ path: file }, signal);
      },
      setImage: (image, signal) => this.#setImage(image, signal),
      keptImage: (_params, signal) => document.keptImage(signal),
      sweep: ({ target }, signal) => document.sweep(target, signal),
      explain: ({ layer, target }, signal) => document.explain(layer, target, signal),
      cancel: () => {
        document.cancel();
        return null;
      },
      layerSelected: ({ layer }) => {
        document.select(layer);
        return null;
      },
      savePicture: async ({ suggestedName, png }) => {
        const uri = await vscode.window.showSaveDialog({
          title: 'Save Picture',
          defaultUri: vscode.Uri.file(path.join(path.dirname(document.path), path.basename(suggestedName))),
          filters: { PNG: ['png'] },
        });
        if (!uri) return false;
        await vscode.workspace.fs.writeFile(uri, png);
        return true;
      },
    };
  }
}
