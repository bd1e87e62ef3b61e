import type { Model } from '../../app/model.ts';
import type { Layer } from '../../protocol/model.ts';
import { visibleRows } from '../table.ts';
import { conventionWords, labellingWords } from '../words.ts';

interface JsonLayer {
  readonly id: string;
  /** The node's name and operator; null for a module of several. */
  readonly node: string | null;
  readonly op: string | null;
  readonly output: string;
  /** Numbers and symbols; null where it cannot be told. */
  readonly shape: readonly (number | string)[] | null;
  readonly params: number;
  readonly note?: string;
  readonly children?: readonly JsonLayer[];
}

/** `inspectum layers MODEL [--json]` */
export function layers(model: Model, json: boolean): string {
  const { summary, graph } = model;
  if (json) {
    const port = ({ name, dtype }: (typeof graph.inputs)[number]) => ({ name, dtype, shape: model.shownShape(name) });
    return JSON.stringify({
      inputs: graph.inputs.map(port),
      outputs: graph.outputs.map(port),
      layers: model.layers.map((l) => jsonLayer(l, model)),
      ...(summary.input && { convention: summary.input }),
      ...(summary.labelling && { labelling: summary.labelling }),
      ...(summary.notes.length > 0 && { notes: summary.notes }),
    });
  }
  const head = `${summary.fileName}: ${summary.format}, ${summary.parameters.toLocaleString('en')} parameters`;
  const ports = [
    ...summary.inputs.map((i) => `input  ${i.name}  ${i.dtype} ${i.shape}`),
    ...summary.outputs.map((o) => `output ${o.name}  ${o.dtype} ${o.shape}`),
  ];
  const labels = summary.labelling && labellingWords(summary.labelling);
  const use = [...(summary.input ? [`image  ${conventionWords(summary.input)}`] : []), ...(labels ? [`labels ${labels}`] : [])];
  return [head, ...ports, ...use, ...summary.notes, '', ...visibleRows(model.layers)].join('\n');
}

const jsonLayer = (layer: Layer, model: Model): JsonLayer => ({
  id: layer.id,
  node: layer.node ?? null,
  op: layer.op ?? null,
  output: layer.output,
  shape: model.shownShape(layer.output) ?? null,
  params: layer.parameters,
  ...(layer.note !== undefined && { note: layer.note }),
  ...(layer.children.length > 0 && { children: layer.children.map((child) => jsonLayer(child, model)) }),
});
