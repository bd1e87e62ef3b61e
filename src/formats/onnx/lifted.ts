import type { ReadModel } from '../format.ts';
import { withFoldedNorms } from './foldedNorm.ts';
import { lift } from './lift.ts';
import type { OnnxModel } from './model.ts';
import { withoutModelName } from './modulePath.ts';
import { withModules } from './modules/withModules.ts';

/** A model of ONNX's operators, however its file is written, as the rest of the product takes it. @throws InspectumError as `lift` */
export function lifted(format: string, model: OnnxModel): ReadModel {
  const opset = model.opsets.get('');
  return {
    graph: withFoldedNorms(withModules(lift({ ...model, graph: { ...model.graph, nodes: withoutModelName(model.graph.nodes) } }))),
    format: [format, ...(opset === undefined ? [] : [`opset ${opset}`]), ...(model.producer ? [model.producer] : [])].join(', '),
    metadata: model.metadata,
  };
}
