import type { Graph, Node } from '../../graph/graph.ts';

/** Layers into whose weights exporters fold the BatchNorm after them: scale and shift of a channel are a factor and a bias. */
const FOLDABLE: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm']);

/** What tools call the weights and the bias that they have computed: PyTorch's older exporter, TensorFlow's converter, ONNX Runtime. */
const COMPUTED: readonly (readonly [weight: RegExp, framework: 'PyTorch' | 'Keras'])[] = [
  [/^onnx::(?:Conv|ConvTranspose|Gemm)_\d+$/, 'PyTorch'],
  [/^ConvBnFusion_/, 'PyTorch'],
  [/_(?:weights|bias)_fused_bn(?:_quantized)?$/, 'Keras'],
];

/** A number for a name: what PyTorch's exporter before 1.11 called computed weights, and before 1.1 all of them. */
const NUMBER = /^\d+$/;

/** A parameter as PyTorch names it: `layer1.0.conv1.weight`. */
const PARAMETER = /^[\w.]+\.(?:weight|bias)$/;

/**
 * Marks the convolutions and linear layers into which a BatchNorm was folded, as far as the names of their weights tell. The exporter
 * that folds gives both weight and bias a name of its own, in a file in which parameters that nobody changed keep theirs. A layer that
 * merely has a bias keeps both names; one whose weight alone was computed (by a weight norm, say) keeps that of its bias.
 */
export function withFoldedNorms(graph: Graph): Graph {
  const keepsNames = [...graph.initializers.keys()].some((name) => PARAMETER.test(name));
  const modules = new Set(graph.nodes.map((node) => node.module));
  const normalised = new Set(graph.nodes.filter((node) => node.op === 'BatchNormalization').map((node) => node.inputs[0]));
  const nodes = graph.nodes.map((node) => {
    if (node.foldedNorm || !FOLDABLE.has(node.op) || normalised.has(node.outputs[0])) return node;
    const [, weight = '', bias = ''] = node.inputs;
    if (!graph.initializers.has(weight) || !graph.initializers.has(bias)) return node;
    const foldedNorm = frameworkOf(node, weight, bias, keepsNames, modules);
    return foldedNorm ? { ...node, foldedNorm } : node;
  });
  return { ...graph, nodes };
}

function frameworkOf(
  node: Node,
  weight: string,
  bias: string,
  keepsNames: boolean,
  modules: ReadonlySet<string | undefined>,
): 'PyTorch' | 'Keras' | undefined {
  const computed = COMPUTED.find(([pattern]) => pattern.test(weight) && pattern.test(bias));
  if (computed) return computed[1];
  if (/\/FusedBatchNorm/.test(node.name)) return 'Keras';
  if (PARAMETER.test(weight)) return bias === `${weight}_bias` ? 'PyTorch' : undefined;
  if (PARAMETER.test(bias)) return undefined;
  const numbered = keepsNames && NUMBER.test(weight) && NUMBER.test(bias);
  return numbered || beforeGap(node.module ?? '', modules) ? 'PyTorch' : undefined;
}

/** Whether the next child of the same Sequential has left no node, and the one after it has. */
function beforeGap(module: string, modules: ReadonlySet<string | undefined>): boolean {
  const [, parent = '', place] = /^(.*\.)?(\d+)$/.exec(module) ?? [];
  if (place === undefined) return false;
  const child = (step: number): string => `${parent}${Number(place) + step}`;
  return !modules.has(child(1)) && modules.has(child(2));
}
