import type { Engine } from '../../engines/engine.ts';
import { onnxRuntime } from '../../engines/onnxruntime/engine.ts';

/** The engines, by the name that a person gives. */
export const ENGINES: Readonly<Record<string, Engine>> = { onnxruntime: onnxRuntime };
