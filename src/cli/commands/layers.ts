import type { Model } from '../../app/model.ts';
import type { Layer } from '../../protocol/model.ts';
import { visibleRows } from '../table.ts';

interface JsonLayer {
  readonly id: string;
  readonly node?: string;
  readonly op?: string;
  readonly output: string;
  readonly shape: readonly (number | string)[];
  readonly params: number;
  readonly children?: readonly JsonLayer[];
}

/** `inspectum layers MODEL [--json]` */
export function layers(model: Model, json: boolean): string {
  const { summary, graph } = model;
  if (json) {
    const port = ({ name, dtype, shape }: (typeof graph.inputs)[number]) => ({ name, dtype, shape });
    return JSON.stringify({
      inputs: graph.inputs.map(port),
      outputs: graph.outputs.map(port),
      layers: model.layers.map((l) => jsonLayer(l, model)),
    });
  }
  const head = `${summary.fileName}: ${summary.format}, ${summary.parameters.toLocaleString('en')} parameters`;
  const ports = [
    ...summary.inputs.map((i) => `input  ${i.name}  ${i.dtype} ${i.shape}`),
    ...summary.outputs.map((o) => `output ${o.name}  ${o.dtype} ${o.shape}`),
  ];
  return [head, ...ports, ...summary.notes, '', ...visibleRows(model.layers)].join('\n');
}

const jsonLayer = (layer: Layer, model: Model): JsonLayer => ({
  id: layer.id,
  ...(layer.node !== undefined && { node: layer.node }),
  ...(layer.op !== undefined && { op: layer.op }),
  output: layer.output,
  shape: model.shapeOf(layer.output) ?? [],
  params: layer.parameters,
  ...(layer.children.length > 0 && { children: layer.children.map((child) => jsonLayer(child, model)) }),
});
