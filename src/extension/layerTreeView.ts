import * as vscode from 'vscode';
import type { Layer } from '../protocol/model.ts';
import type { ModelEditorProvider } from './modelEditor.ts';

/** The layers of the active model in the activity bar: the same tree as the panel's, linked both ways. */
export class LayerTreeView implements vscode.TreeDataProvider<Layer>, vscode.Disposable {
  readonly #editors: ModelEditorProvider;
  readonly #view: vscode.TreeView<Layer>;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  #parents = new Map<Layer, Layer>();
  #shown: readonly Layer[] | undefined;

  constructor(editors: ModelEditorProvider) {
    this.#editors = editors;
    this.#view = vscode.window.createTreeView('inspectum.layers', { treeDataProvider: this, showCollapseAll: true });
    editors.onChanged(() => this.#update());
    this.#view.onDidChangeVisibility(() => this.#update());
  }

  getChildren(layer?: Layer): Layer[] {
    return (layer?.children ?? this.#shown ?? []).filter((child) => !child.plumbing);
  }

  getParent(layer: Layer): Layer | undefined {
    return this.#parents.get(layer);
  }

  getTreeItem(layer: Layer): vscode.TreeItem {
    const children = this.getChildren(layer);
    const item = new vscode.TreeItem(
      layer.name,
      children.length ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
    );
    item.id = layer.id;
    const what = `${layer.kind} ${layer.detail}`.trim();
    item.description = [what, layer.dims?.join('×') ?? layer.shape].filter((part) => part !== '').join(' · ');
    item.tooltip = [layer.id, what, layer.shape, layer.note ?? ''].filter((line) => line !== '').join('\n');
    item.iconPath = new vscode.ThemeIcon(children.length ? 'symbol-module' : layer.cells ? 'symbol-array' : 'symbol-field');
    item.command = { command: 'inspectum.revealLayer', title: 'Explain Layer', arguments: [layer.id] };
    return item;
  }

  dispose(): void {
    this.#view.dispose();
    this.#changed.dispose();
  }

  #update(): void {
    const document = this.#editors.active?.document;
    const layers = document?.summary?.layers;
    if (layers !== this.#shown) {
      this.#shown = layers;
      this.#parents = new Map();
      for (const layer of layers ?? []) this.#adopt(layer);
      this.#view.description = document?.summary?.fileName ?? '';
      this.#changed.fire();
    }
    const selected = document?.selectedLayer;
    if (!this.#view.visible || selected === undefined || this.#view.selection[0]?.id === selected) return;
    const layer = [...this.#parents.keys(), ...(layers ?? [])].find((l) => l.id === selected);
    // the panel can show plumbing, this tree does not
    if (layer && !layer.plumbing) void this.#view.reveal(layer, { select: true, focus: false });
  }

  #adopt(parent: Layer): void {
    for (const child of parent.children) {
      this.#parents.set(child, parent);
      this.#adopt(child);
    }
  }
}
