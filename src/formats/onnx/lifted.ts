import type { ReadModel } from '../format.ts';
import { withFoldedNorms } from './foldedNorm.ts';
import { withGroups } from './fused/groups.ts';
import { lift } from './lift.ts';
import type { OnnxModel } from './model.ts';
import { withoutModelName } from './modulePath.ts';
import { withModules } from './modules/withModules.ts';

/** A model of ONNX's operators, however its file is written, as the rest of the product takes it. @throws InspectumError as `lift` */
export function lifted(format: string, model: OnnxModel): ReadModel {
  const opset = model.opsets.size === 0 ? 'no opset stated, read as 1' : opsetOf(model);
  const graph = lift({ ...model, graph: { ...model.graph, nodes: withoutModelName(model.graph.nodes) } });
  return {
    graph: withFoldedNorms(withGroups(withModules(graph))),
    format: [format, ...(opset === undefined ? [] : [opset]), ...(model.producer ? [model.producer] : [])].join(', '),
    metadata: model.metadata,
  };
}

/** "opset 13" of ONNX's own operators; undefined where a file has none of them. */
function opsetOf({ opsets }: OnnxModel): string | undefined {
  const opset = opsets.get('');
  return opset === undefined ? undefined : `opset ${opset}`;
}
