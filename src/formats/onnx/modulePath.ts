import type { Node } from '../../graph/graph.ts';

const SCOPES = 'pkg.torch.onnx.name_scopes';
/** The scope of what no module computes: the size of an input. */
const NO_MODULE = '_empty_nn_module_stack';

/**
 * A node's name without what ONNX Runtime's optimiser puts around it: `/attn/MatMul/MatMulScaleFusion/` is `/attn/MatMul`, `fused /fc/Gemm`
 * is `/fc/Gemm`.
 */
export function withoutFusions(name: string): string {
  const segments = name.replace(/^fused /, '').split('/');
  const last = segments.findLastIndex((segment) => segment !== '' && !segment.endsWith('Fusion'));
  const isFused = last >= 0 && segments.slice(last).some((segment) => segment.endsWith('Fusion'));
  return (isFused ? segments.slice(0, last + 1) : segments).join('/');
}

/** The node that PyTorch's older exporter named a value after, and its module: `/relu/Relu_output_0` is what `/relu/Relu` gave. */
export function namedAfter(value = ''): { readonly name: string; readonly module: string } | undefined {
  const [, name] = /^(\/.+)_output_\d+$/.exec(value) ?? [];
  const module = name === undefined ? undefined : modulePath(name, new Map());
  return name === undefined || module === undefined ? undefined : { name, module };
}

/** The module of a node: as its metadata or name tells; else, of nodes that an optimiser named anew, as the name of its output does. */
export const moduleOfNode = (
  name: string,
  outputs: readonly string[],
  metadata: ReadonlyMap<string, string> = new Map(),
): string | undefined => modulePath(name, metadata) ?? namedAfter(outputs[0])?.module;

/**
 * The author's module path of a node, where the file tells it.
 *
 * PyTorch's newer exporter writes a list of scopes into the node's metadata; its older one writes the scopes into the
 * node's name, in which a child of a Sequential repeats its parent: `/features/features.18/features.18.0/Conv` is a
 * node of module `features.18.0`, `/layer1/layer1.0/conv1/Conv` one of `layer1.0.conv1`.
 *
 * @returns undefined where neither is there; '' for a node of the top module itself
 */
export function modulePath(nodeName: string, metadata: ReadonlyMap<string, string>): string | undefined {
  const scopes = metadata.get(SCOPES);
  if (scopes !== undefined) {
    const module = namesOf(scopes).at(-2) ?? '';
    return module.startsWith(NO_MODULE) ? '' : module;
  }
  const name = withoutFusions(nodeName);
  if (name.includes(';')) return joinedPath(name.split(';'));
  const segments = name.split('/').filter((s) => s !== '');
  if (!name.includes('/') || segments.length === 0) return undefined;
  const path: string[] = [];
  for (const segment of segments.slice(
    segments.findIndex((s) => !CALL.test(s)),
    -1,
  )) {
    const parent = path.at(-1);
    if (parent !== undefined && segment.startsWith(`${parent}.`)) path[path.length - 1] = segment;
    else path.push(segment);
  }
  return path.join('.');
}

/** What TensorFlow puts around all that a saved function computes. */
const CALL = /^(?:Stateful)?PartitionedCall(?:_\d+)?$/;

/** Operations whose result a layer is known by; TensorFlow Lite joins those of a layer with what it has folded into it. */
const OPERATION = /\/(?:BiasAdd|Conv2D|depthwise|MatMul|Conv1D|conv2d_transpose)\d*$/;

/** The path that most of the joined names share: `model/relu/Relu;model/conv2d/BiasAdd;model/conv2d/Conv2D` is of `model.conv2d`. */
function joinedPath(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names.slice(0, MAX_JOINED)) {
    if (!OPERATION.test(name)) continue;
    const path = modulePath(name, NO_METADATA);
    if (path) counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

const MAX_JOINED = 64;
const NO_METADATA: ReadonlyMap<string, string> = new Map();

/**
 * The nodes without the name of the whole model, where TensorFlow puts one before the names of all layers: what Keras calls
 * `conv1` is `model/conv1/Conv2D` in the file. PyTorch's paths begin with a slash.
 */
export function withoutModelName<N extends Node>(nodes: readonly N[]): readonly N[] {
  const inModules = nodes.filter(({ module }) => module);
  const [root = '', ...others] = new Set(inModules.map(({ module }) => module?.split('.', 1)[0]));
  const isWhole =
    others.length === 0 && inModules.every(({ name }) => name.startsWith(`${root}/`) || CALL.test(name.split('/', 1)[0] ?? ''));
  if (!isWhole || !inModules.some(({ module }) => module?.includes('.'))) return nodes;
  return nodes.map((node) => (node.module ? { ...node, module: node.module.slice(root.length + 1) } : node));
}

/** The names in a list as Python prints it. */
const namesOf = (list: string): string[] => [...list.matchAll(/'([^']*)'|"([^"]*)"/g)].map((m) => m[1] ?? m[2] ?? '');

const WEIGHT = '.weight';

/**
 * The module of a convolution or linear layer into which PyTorch's newer exporter folded the BatchNorm after it: the exporter gives
 * such a node the scopes of the BatchNorm, but the weight keeps the name of the layer that owns it.
 *
 * @param weight name of the node's second input
 * @returns undefined for any other node
 */
export function foldedModule(op: string, weight: string | undefined, metadata: ReadonlyMap<string, string>): string | undefined {
  if (op === 'BatchNormalization' || !weight?.endsWith(WEIGHT)) return undefined;
  const scope = namesOf(metadata.get(SCOPES) ?? '').at(-1);
  return scope?.includes('batch_norm') ? weight.slice(0, -WEIGHT.length) : undefined;
}
