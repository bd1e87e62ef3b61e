import * as vscode from 'vscode';
import type { Layer, ModelSummary } from '../protocol/model.ts';
import type { ModelEditorProvider } from './modelEditor.ts';

interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Facts of the selected layer, or of the model where none is selected; a click copies the value. */
export class InspectorView implements vscode.TreeDataProvider<Fact>, vscode.Disposable {
  readonly #editors: ModelEditorProvider;
  readonly #view: vscode.TreeView<Fact>;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(editors: ModelEditorProvider) {
    this.#editors = editors;
    this.#view = vscode.window.createTreeView('inspectum.inspector', { treeDataProvider: this });
    editors.onChanged(() => this.#changed.fire());
  }

  getChildren(fact?: Fact): Fact[] {
    const document = this.#editors.active?.document;
    if (fact || !document?.summary) return [];
    const layer = document.selectedLayer === undefined ? undefined : findById(document.summary.layers, document.selectedLayer);
    return layer ? layerFacts(layer) : modelFacts(document.summary);
  }

  getTreeItem({ name, value }: Fact): vscode.TreeItem {
    const item = new vscode.TreeItem(name);
    item.description = value;
    item.tooltip = `${name}: ${value}`;
    item.command = { command: 'inspectum.copyFact', title: 'Copy', arguments: [value] };
    return item;
  }

  dispose(): void {
    this.#view.dispose();
    this.#changed.dispose();
  }
}

function findById(layers: readonly Layer[], id: string): Layer | undefined {
  for (const layer of layers) {
    const found = layer.id === id ? layer : findById(layer.children, id);
    if (found) return found;
  }
  return undefined;
}

const count = (n: number): string => n.toLocaleString('en');

const facts = (entries: Readonly<Record<string, string | undefined>>): Fact[] =>
  Object.entries(entries).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [{ name, value }]));

const layerFacts = (layer: Layer): Fact[] =>
  facts({
    Layer: layer.id,
    Kind: [layer.kind, layer.detail].filter((part) => part !== '').join(' '),
    Operator: layer.op,
    Node: layer.node,
    Value: layer.output,
    'Output shape': layer.shape,
    Parameters: count(layer.parameters),
    'Multiply-accumulates': layer.macs === undefined ? undefined : count(layer.macs),
    Note: layer.note,
  });

const modelFacts = (model: ModelSummary): Fact[] =>
  facts({
    Model: model.fileName,
    Format: model.format,
    Parameters: count(model.parameters),
    'Multiply-accumulates': model.macs === undefined ? undefined : count(model.macs),
    Inputs: model.inputs.map((i) => `${i.name} ${i.dtype} ${i.shape}`).join(', '),
    Outputs: model.outputs.map((o) => `${o.name} ${o.dtype} ${o.shape}`).join(', '),
  });
