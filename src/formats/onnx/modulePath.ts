const SCOPES = 'pkg.torch.onnx.name_scopes';

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
  if (nodeName.includes(';')) return undefined;
  const segments = nodeName.split('/').filter((s) => s !== '');
  if (!nodeName.includes('/') || segments.length === 0) return undefined;
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
