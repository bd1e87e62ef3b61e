import type { Engine, EngineOptions, Session } from '../../src/engines/engine.ts';
import { onnxRuntime } from '../../src/engines/onnxruntime/engine.ts';
import type { Graph } from '../../src/graph/graph.ts';

/** One run of a session. */
export interface Run {
  readonly graph: Graph;
  /** How many examples it took at once. */
  readonly examples: number;
}

/** ONNX Runtime, with a list of what it was asked to run. */
export class RunCounter implements Engine {
  readonly name = onnxRuntime.name;
  readonly runs: Run[] = [];

  memoryNeeds(graph: Graph): ReturnType<Engine['memoryNeeds']> {
    return onnxRuntime.memoryNeeds(graph);
  }

  async createSession(graph: Graph, options?: EngineOptions): Promise<Session> {
    const session = await onnxRuntime.createSession(graph, options);
    return {
      inputs: session.inputs,
      run: (feeds) => {
        const examples = Math.max(...Object.values(feeds).map(({ dims }) => dims[0] ?? 1));
        this.runs.push({ graph, examples });
        return session.run(feeds);
      },
      release: () => session.release(),
    };
  }
}
