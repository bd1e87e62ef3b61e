import path from 'node:path';
import * as vscode from 'vscode';
import type { GivenInputs, InputSource } from '../protocol/inputs.ts';
import type { InputImage, Truth } from '../protocol/model.ts';
import { spelled } from '../protocol/numbers.ts';
import type { DroppedFile, FilesChanged, PanelCalls, PanelEvents } from '../protocol/panel.ts';
import { type Handlers, type Message, Peer } from '../protocol/rpc.ts';
import type { DroppedFiles } from './droppedFiles.ts';
import { FileWatch, type WatchedChange } from './fileWatch.ts';
import { chooseBaselineFiles, chooseImageFile, chooseInputFile, offeredImages } from './images.ts';
import { chooseLabelsFile } from './labelsFile.ts';
import type { LastInputs } from './lastInputs.ts';
import type { ModelDocument } from './modelDocument.ts';
import { panelHtml } from './panelHtml.ts';
import { inOneBuffer } from './sharedBuffer.ts';
import type { Truths } from './truths.ts';
import type { WorkerClient } from './workerClient.ts';
import { RESTARTED } from './workerProcess.ts';

/** What panels remember of inputs, and of files that were dropped. */
export interface PanelImages {
  readonly last: LastInputs;
  readonly truths: Truths;
  readonly dropped: DroppedFiles;
}

/** One panel: a webview that shows a model, and the calls that it may make. */
export class Panel {
  readonly document: ModelDocument;
  readonly view: vscode.WebviewPanel;
  readonly #images: PanelImages;
  readonly #peer: Peer<PanelCalls, PanelEvents, Record<never, never>, Record<never, never>>;
  readonly #disposables: vscode.Disposable[] = [];
  readonly #opened: Promise<void>;
  /** The image that was shown last, as the compute process gave it. */
  #found: InputImage | undefined;
  readonly #watch = new FileWatch((changes) => this.#filesChanged(changes));
  #open: () => void = () => undefined;

  constructor(document: ModelDocument, view: vscode.WebviewPanel, extensionUri: vscode.Uri, worker: WorkerClient, images: PanelImages) {
    this.document = document;
    this.view = view;
    this.#images = images;
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.#peer = new Peer((message) => void view.webview.postMessage(spelled(message)), this.#calls());
    const { webview } = view;
    webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist')] };
    this.#disposables.push(
      webview.onDidReceiveMessage((message: Message) => this.#peer.receive(message)),
      worker.onProgress(({ model, progress }) => {
        if (model === document.path) this.#peer.tell('progress', progress);
      }),
      worker.onEnded((reason, model) => {
        if (reason.kind !== RESTARTED && (model ?? document.path) === document.path) this.#peer.tell('stopped', reason);
      }),
    );
    this.#disposables.push(
      this.#watch,
      document.onChanged(() => this.#watchShown()),
    );
    this.#watchShown();
    view.onDidDispose(() => {
      this.#peer.close({ kind: 'cancelled', message: 'The panel was closed.' });
      this.#open();
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
    await this.document.open();
    await this.#opened;
    this.#peer.tell('given', await this.#give(undefined, sourceOf(file)));
  }

  /** Gives an input something, as `ModelDocument.give`; what was dropped is kept as a file. */
  async #give(input?: string, given?: InputSource | DroppedFile, signal?: AbortSignal): Promise<GivenInputs> {
    const source = given && 'bytes' in given ? sourceOf(await this.#images.dropped.keep(given.name, given.bytes)) : given;
    const result = await this.document.give(input, source, signal);
    const { image } = result;
    if (!image) return result;
    this.#found = image;
    this.#watchShown();
    const truth = this.#truth(image.name);
    return { ...result, image: { ...image, ...(truth && { truth }) } };
  }

  async #giveFile(input: string | undefined, file: string | undefined, signal: AbortSignal): Promise<GivenInputs | null> {
    return file === undefined ? null : this.#give(input, sourceOf(file), signal);
  }

  /** A file beside which other images are likely. */
  get #nearby(): string {
    return this.#images.last.imageOf(this.document.path) ?? this.document.path;
  }

  /** The files that what is shown was read from, and what each says. */
  #shownFiles(): Map<string, FilesChanged['what'][number]> {
    const { path: model, summary } = this.document;
    const configuration = [path.join(path.dirname(model), 'inspectum.json'), ...(summary?.files.configuration ?? [])];
    return new Map([
      ...(this.#found ? [[this.#found.name, 'image'] as const] : []),
      ...configuration.map((file) => [file, 'configuration'] as const),
      ...[model, ...(summary?.files.model ?? [])].map((file) => [file, 'model'] as const),
    ]);
  }

  #watchShown(): void {
    this.#watch.watch(this.#shownFiles().keys());
  }

  /** A model or an image that is gone stays as it is shown; a configuration that is gone no longer holds. */
  #filesChanged(changes: readonly WatchedChange[]): void {
    const shown = this.#shownFiles();
    const files = changes.filter(({ file, isThere }) => isThere || shown.get(file) === 'configuration').map(({ file }) => file);
    const what = [...new Set(files.flatMap((file) => shown.get(file) ?? []))];
    if (what.length === 0) return;
    const reload = vscode.workspace.getConfiguration('inspectum').get('reload') !== 'ask';
    this.document.outdate();
    this.#peer.tell('changed', { what, files, reload });
  }

  /** What the person says that an image shows, else what its folder or a file says. */
  #truth(image: string): Truth | undefined {
    const found = this.#found?.name === image ? this.#found.truth : undefined;
    return this.#images.truths.of(this.document.path, image) ?? found;
  }

  #calls(): Handlers<PanelCalls> {
    const { document } = this;
    return {
      open: async ({ choices }, signal) => {
        const summary = await document.open(choices, signal);
        this.#open();
        return summary;
      },
      images: () => offeredImages(document.path, this.#images.last.imageOf(document.path)),
      chooseImage: async (_params, signal) => this.#giveFile(undefined, await chooseImageFile(this.#nearby), signal),
      setImage: (image, signal) => this.#give(undefined, 'path' in image ? sourceOf(image.path) : image, signal),
      setInput: ({ input, source }, signal) => this.#give(input, source, signal),
      restoreInputs: (_params, signal) => this.#give(undefined, undefined, signal),
      chooseInput: async ({ input }, signal) => {
        const takesImage = document.summary?.inputs.find(({ name }) => name === input)?.takes === 'image';
        return this.#giveFile(input, await chooseInputFile(input, document.path, takesImage), signal);
      },
      sweep: async ({ target }, signal) => inOneBuffer(await document.sweep(target, signal)),
      explain: ({ layer, target }, signal) => document.explain(layer, target, signal),
      units: (params, signal) => document.units(params, signal),
      methods: (_params, signal) => document.methods(signal),
      chooseBaselines: async ({ of }) => {
        const files = await chooseBaselineFiles(
          this.#nearby,
          of !== 'layer' && document.summary?.input !== undefined,
          of === 'distribution',
        );
        return files ? { files } : null;
      },
      baselines: ({ baseline }, signal) => document.baselines(baseline, signal),
      estimate: ({ recipe }, signal) => document.estimate(recipe, signal),
      attribute: ({ recipe }, signal) => document.attribute(recipe, signal),
      conventions: ({ target }, signal) => document.conventions(target, signal),
      saveConfiguration: async (_params, signal) => {
        const saved = await document.saveConfiguration(signal);
        await this.#watch.wrote(saved.file);
        return saved;
      },
      chooseLabels: async () => {
        const file = await chooseLabelsFile(document.path);
        return file === undefined ? null : { file };
      },
      keepLabels: async ({ name, bytes }) => ({ file: await this.#images.dropped.keep(name, bytes) }),
      setTruth: ({ image, truth }) => {
        this.#images.truths.remember(document.path, image, truth);
        return this.#truth(image) ?? null;
      },
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

const sourceOf = (file: string): InputSource => ({ kind: path.extname(file).toLowerCase() === '.npy' ? 'npy' : 'image', path: file });
