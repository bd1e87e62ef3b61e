import type { Graph, Node } from '../../graph/graph.ts';
import type { FoundNames } from '../settings/said.ts';

/** Where operators of ai.onnx.ml keep the classes that their scores stand for. */
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  ZipMap: ['classlabels_strings', 'classlabels_int64s'],
  TreeEnsembleClassifier: ['classlabels_strings', 'classlabels_int64s'],
  LinearClassifier: ['classlabels_strings', 'classlabels_ints'],
  SVMClassifier: ['classlabels_strings', 'classlabels_ints'],
};

/** Class names in the graph: those of a ZipMap, a LabelEncoder or a classifier of ai.onnx.ml. */
export function namesInGraph(graph: Graph): FoundNames[] {
  return graph.nodes
    .filter(({ domain }) => domain === 'ai.onnx.ml')
    .flatMap((node) => {
      const names = node.op === 'LabelEncoder' ? encoded(node) : classesOf(node);
      return names && names.length > 0 ? [{ names, source: `the model (${node.op})`, binding: false }] : [];
    });
}

function classesOf(node: Node): readonly string[] | undefined {
  if (!Object.hasOwn(CLASSES, node.op)) return undefined;
  for (const name of CLASSES[node.op] as readonly string[]) {
    const a = node.attributes[name];
    if (a?.type === 'strings' && a.value.length > 0) return a.value;
    // Classes that are their own indices have no names.
    if (a?.type === 'ints' && a.value.some((label, i) => label !== i)) return a.value.map(String);
  }
  return undefined;
}

/** A LabelEncoder that turns an index into a name, for every index from 0. */
function encoded({ attributes: a }: Node): readonly string[] | undefined {
  if (a.classes_strings?.type === 'strings') return a.classes_strings.value;
  const [keys, values] = [a.keys_int64s, a.values_strings];
  if (keys?.type !== 'ints' || values?.type !== 'strings' || keys.value.length !== values.value.length) return undefined;
  const names = new Map(keys.value.map((key, i) => [key, values.value[i] as string]));
  const ordered = Array.from(keys.value, (_, i) => names.get(i));
  return ordered.every((name) => name !== undefined) ? ordered : undefined;
}
