import path from 'node:path';
import type { Port } from '../graph/graph.ts';
import type { InputConvention, ModelSummary } from '../protocol/model.ts';
import { formatShape, isStatic } from '../tensor/shape.ts';
import type { ResolvedInput } from './input/convention.ts';
import { inputPort } from './input/inputPorts.ts';
import type { Model } from './model.ts';
import { defaultLayer } from './tree/defaultLayer.ts';
import { allLayers } from './tree/layerTree.ts';

/** What is shown of a model before anything runs. */
export function summarise(model: Model, notes: readonly string[]): ModelSummary {
  const nodes = [...allLayers(model.layers)].filter((l) => l.op !== undefined);
  const selected = defaultLayer(model);
  const classes = model.classCount();
  const { labels } = model;
  const port = ({ name, dtype }: Port) => {
    const shape = model.shownShape(name);
    return { name, dtype: dtype ?? 'unknown', shape: shape ? formatShape(shape) : 'unknown' };
  };
  const { labelling, notes: namingNotes, files: namingFiles } = model.naming;
  return {
    path: model.path,
    fileName: path.basename(model.path),
    format: model.source.format,
    parameters: nodes.reduce((sum, l) => sum + l.parameters, 0),
    ...(nodes.every((l) => l.macs !== undefined) && { macs: nodes.reduce((sum, l) => sum + (l.macs ?? 0), 0) }),
    inputs: model.graph.inputs.map((input) => inputPort(input, model.shownShape(input.name), model.input)),
    outputs: model.graph.outputs.map(port),
    layers: model.layers,
    ...(selected && { defaultLayer: selected.id }),
    ...(model.input && { input: shownInput(model.input) }),
    ...(classes !== undefined && { classes }),
    ...(labels && { labels }),
    ...(labelling && { labelling }),
    explains: explainsOf(model),
    tokenGrids: tokenGridsOf(model),
    notes: [
      ...(labelling?.mismatch ? [labelling.mismatch] : []),
      ...model.configuration.notes,
      ...namingNotes,
      ...notesOnIntegers(model.input),
      ...notes,
    ],
    files: { model: model.source.files.paths, configuration: [...model.configuration.files, ...namingFiles] },
  };
}

const notesOnIntegers = (input: ResolvedInput | undefined): string[] =>
  input && input.dtype !== 'float32'
    ? [`The input ${input.port} takes ${input.dtype}: a gradient with respect to it is that for one step of its integers.`]
    : [];

function explainsOf(model: Model): ModelSummary['explains'] {
  const { what, output, value, operator } = model.explains;
  const dims = model.shapeOf(value)?.slice(1);
  const { imageAxes } = model;
  return {
    what,
    output,
    value,
    ...(operator !== undefined && { operator }),
    ...(dims && isStatic(dims) && { dims }),
    outputs: model.graph.outputs.map(({ name }) => name),
    ...(imageAxes && { imageAxes }),
  };
}

/** The grids of the sequences that layers with cells are, each once. */
function tokenGridsOf({ layers, graph, choices }: Model): ModelSummary['tokenGrids'] {
  const grids = new Map<string, ModelSummary['tokenGrids'][number]>();
  for (const { cells, output, parameters } of allLayers(layers)) {
    // boxes of a detector lie in rows, too, but no layer with weights takes them
    if (parameters === 0 || !cells?.layout.startsWith('tokens')) continue;
    const { height, width, skip } = cells;
    const tokens = graph.values.get(output)?.shape?.[TOKEN_AXIS[cells.layout] ?? 1];
    if (typeof tokens !== 'number') continue;
    const chosen = choices.tokens?.some((grid) => grid.tokens === tokens) ?? false;
    grids.set([tokens, height, width, skip].join(), { tokens, height, width, skip, chosen });
  }
  return [...grids.values()];
}

const TOKEN_AXIS: Readonly<Record<string, number>> = { 'tokens-first': 0, 'tokens-last': 2 };

const shownInput = ({ port, dtype, preprocessing, ...shown }: ResolvedInput): InputConvention => shown;
