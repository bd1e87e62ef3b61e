const SCOPES = 'pkg.torch.onnx.name_scopes';

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
    return namesOf(scopes).at(-2) ?? '';
  }
  const name = withoutFusions(nodeName);
  if (name.includes(';')) return undefined;
  const segments = name.split('/').filter((s) => s !== '');
  if (!name.includes('/') || segments.length === 0) return undefined;
  const path: string[] = [];
  for (const segment of segments.slice(0, -1)) {
    const parent = path.at(-1);
    if (parent !== undefined && segment.startsWith(`${parent}.`)) path[path.length - 1] = segment;
    else path.push(segment);
  }
  return path.join('.');
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
