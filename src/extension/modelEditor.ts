import * as vscode from 'vscode';
import { ModelDocument } from './modelDocument.ts';
import { Panel, type PanelImages } from './panel.ts';
import type { WorkerClient } from './workerClient.ts';

export const VIEW_TYPE = 'inspectum.model';

/** The read-only custom editor for model files, and the panels that are open. */
export class ModelEditorProvider implements vscode.CustomReadonlyEditorProvider<ModelDocument> {
  readonly #extensionUri: vscode.Uri;
  readonly #worker: WorkerClient;
  readonly #images: PanelImages;
  readonly #panels = new Set<Panel>();
  readonly #changed = new vscode.EventEmitter<void>();
  #active: Panel | undefined;

  /** Fires when another panel becomes active, or the active one's model or layer changes. */
  readonly onChanged = this.#changed.event;

  constructor(extensionUri: vscode.Uri, worker: WorkerClient, images: PanelImages) {
    this.#extensionUri = extensionUri;
    this.#worker = worker;
    this.#images = images;
  }

  /** The panel that was last looked at, while it is open. */
  get active(): Panel | undefined {
    return this.#active;
  }

  get panels(): readonly Panel[] {
    return [...this.#panels];
  }

  /** @throws Error for what is no file on disk (the other side of a comparison, say): its path would be taken for a file's */
  openCustomDocument(uri: vscode.Uri): ModelDocument {
    if (uri.scheme !== 'file')
      throw new Error(`Inspectum reads models from files on disk, not from "${uri.scheme}:". Save it as a file first.`);
    const document = new ModelDocument(uri, this.#worker, this.#images.last);
    document.onChanged(() => {
      if (this.#active?.document === document) this.#changed.fire();
    });
    // read while the panel's page loads, which asks again and shows what went wrong
    void document.open().catch(() => undefined);
    return document;
  }

  resolveCustomEditor(document: ModelDocument, view: vscode.WebviewPanel): void {
    const panel = new Panel(document, view, this.#extensionUri, this.#worker, this.#images);
    this.#panels.add(panel);
    if (view.active || !this.#active) this.#activate(panel);
    view.onDidChangeViewState(() => {
      if (view.active) this.#activate(panel);
    });
    view.onDidDispose(() => {
      this.#panels.delete(panel);
      if (this.#active === panel) this.#activate(this.panels.at(-1));
    });
  }

  /** Opens a model, or brings its panel to the front. */
  async show(uri: vscode.Uri): Promise<Panel> {
    const find = () => this.panels.find(({ document }) => document.uri.toString() === uri.toString());
    find()?.view.reveal();
    if (!find()) await vscode.commands.executeCommand('vscode.openWith', uri, VIEW_TYPE);
    const panel = find();
    if (!panel) throw new Error(`${uri.fsPath} could not be opened.`);
    return panel;
  }

  #activate(panel: Panel | undefined): void {
    this.#active = panel;
    this.#changed.fire();
  }
}
