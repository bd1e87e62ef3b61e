import path from 'node:path';
import process from 'node:process';
import * as ort from 'onnxruntime-node';
import { type FileRange, type Graph, type Initializer, type Node, nodeKey } from '../../graph/graph.ts';
import { serializeModel } from '../../graph/serialize/onnxModel.ts';
import { readBytes } from '../../graph/weights.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { type MemoryDType, type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Engine, EngineOptions, Session } from '../engine.ts';
import { estimateMemory, LEAN_FOLD_BYTES } from './memory.ts';
import { runnable } from './runnable.ts';

/** Read by ONNX Runtime at its first session; without it, it writes a device id into the home folder and reports to Microsoft. */
process.env.ORT_DISABLE_TELEMETRY = '1';

/** ONNX Runtime's CPU provider through onnxruntime-node. */
export const onnxRuntime: Engine = {
  name: 'onnxruntime',
  memoryNeeds: estimateMemory,

  async createSession(given: Graph, options: EngineOptions = {}): Promise<Session> {
    const graph = runnable(given);
    const folder = weightFolder(graph);
    const model = serializeModel(graph, (weight) => {
      const reference = folder === undefined ? undefined : referenceFrom(folder, weight.source);
      return reference === undefined ? { bytes: readBytes(weight) } : { reference };
    });
    const sessionOptions = (integers: boolean): ort.InferenceSession.SessionOptions => ({
      executionProviders: ['cpu'],
      // its errors are thrown too: what it prints itself would stand beside what is told of them
      logSeverityLevel: 4,
      ...(options.threads !== undefined && { intraOpNumThreads: options.threads }),
      // It takes time by the square of the number of nodes to look for what to optimise.
      ...(graph.nodes.length > MANY_NODES && !integers && { graphOptimizationLevel: 'disabled' }),
      // Beyond 'extended' convolutions get weights in another layout, copies too.
      ...(options.lean && { graphOptimizationLevel: 'extended' }),
      extra: {
        session: {
          disable_quant_qdq: integers ? '0' : '1',
          ...(folder !== undefined && { model_external_initializers_file_folder_path: folder }),
          ...(options.lean && { disable_prepacking: '1' }),
        },
        ...(options.lean && { optimization: { constant_folding_max_output_size_in_bytes: String(LEAN_FOLD_BYTES) } }),
      },
    });
    const create = (integers: boolean) => ort.InferenceSession.create(model, sessionOptions(integers));
    try {
      // It makes operators on integers that it then refuses, of scales of shape [1] for one.
      return new OrtSession(await (options.integers ? create(true).catch(() => create(false)) : create(false)));
    } catch (cause) {
      throw creationError(cause, graph);
    }
  },
};

/** From here on, optimising a graph takes longer than it saves in a few runs. */
const MANY_NODES = 4000;

/** Below this a weight is written into the model; above, the engine maps it from the file that it stands in. */
const MIN_REFERENCE_BYTES = 1024;

const isReferable = (source: FileRange): boolean => source.length >= MIN_REFERENCE_BYTES;

/** A large weight's file as seen from the folder; undefined for a small weight, and for a file outside, which the engine refuses. */
function referenceFrom(folder: string, source: FileRange): string | undefined {
  const relative = path.relative(folder, source.path);
  return isReferable(source) && !relative.startsWith('..') && !path.isAbsolute(relative) ? relative : undefined;
}

/** The folder with large weights whose path is the shortest: mostly that of all of them. Undefined where there are none. */
function weightFolder(graph: Graph): string | undefined {
  const files = [...graph.initializers.values()].map((i: Initializer) => i.source).filter((s) => s.kind === 'file');
  const large = files.filter(isReferable).map((s) => path.dirname(s.path));
  return large.sort((a, b) => a.length - b.length)[0];
}

function creationError(cause: unknown, graph: Graph): InspectumError {
  const words = plainWords(cause);
  const [, unknown] = /([\w.:]+)\(-?\d+\) is not a registered function\/op/.exec(words) ?? [];
  if (unknown !== undefined) {
    const nodes = graph.nodes.filter((node) => nodeKey(node) === unknown).map((node) => describePlace(node));
    return new InspectumError(
      'unsupported',
      `ONNX Runtime does not know the operator ${unknown} (${nodes.join(', ')}): nothing that depends on it can be computed. The activations of the layers before it can.`,
      { cause },
    );
  }
  if (/NOT_IMPLEMENTED|Could not find an implementation/i.test(words))
    return new InspectumError('unsupported', `ONNX Runtime lacks an operator of this model: ${words}`, { cause });
  if (/bad_alloc|bad allocation|out of memory|Failed to allocate/i.test(words))
    return new InspectumError('memory', `There is not enough memory to prepare this model: ${words}`, { cause });
  return new InspectumError('engine', `ONNX Runtime refuses this model: ${words}`, { cause });
}

/** A place in ONNX Runtime's own source, and the function there. */
const SOURCE_PLACE = /(?:[A-Za-z]:)?[\\/]\S*onnxruntime\S*:\d+ (?:[^()]*::[^()]*\([^)]*\)(?: const)?(?: \[with [^\]]*\])? )?/g;

/** What ONNX Runtime says, in one line and without where in its source it says it. */
export const plainWords = (cause: unknown): string =>
  String((cause as Error).message ?? cause)
    .replace(/\s+/g, ' ')
    .replace(SOURCE_PLACE, '')
    .trim();

const describePlace = ({ name, module }: Node): string => (module ? `node ${name} in module ${module}` : `node ${name}`);

class OrtSession implements Session {
  readonly #session: ort.InferenceSession;

  constructor(session: ort.InferenceSession) {
    this.#session = session;
  }

  get inputs(): readonly string[] {
    return this.#session.inputNames;
  }

  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const ortFeeds: Record<string, ort.Tensor> = {};
    for (const [name, t] of Object.entries(feeds)) ortFeeds[name] = toOrt(t);
    let outputs: ort.InferenceSession.ReturnType;
    try {
      outputs = await this.#session.run(ortFeeds);
    } catch (cause) {
      throw new InspectumError('engine', `ONNX Runtime failed while running: ${plainWords(cause)}`, { cause });
    }
    return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, fromOrt(value as ort.Tensor)]));
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

const toOrt = (t: Tensor): ort.Tensor => new ort.Tensor(t.dtype as ort.Tensor.Type, t.data as never, t.dims);

const fromOrt = (t: ort.Tensor): Tensor => tensor(t.type as MemoryDType, t.dims, t.data as never);
