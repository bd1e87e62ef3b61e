import type { Graph } from '../../graph/graph.ts';
import { parentPath } from '../../graph/paths.ts';
import type { Layer } from '../../protocol/model.ts';

/** What a path of the tree names: modules of the author's, structural groups, and rows inside of them. */
export class LayerPaths {
  /** Full path → id: "stage2.residual1.Conv_12" → "Conv_12". */
  readonly ids = new Map<string, string>();
  /** Names of the modules in a path, in the order of computation. */
  readonly #children = new Map<string, Set<string>>();
  /** Paths of what computes something itself: no Sequential. */
  readonly #computing = new Set<string>();

  constructor(layers: readonly Layer[], graph: Graph) {
    this.#addRows(layers, '');
    for (const { module } of graph.nodes) if (module && !this.ids.has(module)) this.#addModule(module);
  }

  #addRows(layers: readonly Layer[], parent: string): void {
    for (const { id, name, node, children, plumbing } of layers) {
      const isModule = id !== node;
      const path = isModule ? id : joined(parent, name);
      if (!this.ids.has(path)) this.ids.set(path, id);
      if (isModule) this.#addChild(parent, lastOf(path));
      else if (!plumbing) this.#computing.add(parent);
      this.#addRows(children, id);
    }
  }

  #addModule(module: string): void {
    for (let path = module; path !== '' && !this.ids.has(path); path = parentPath(path)) {
      this.ids.set(path, path);
      this.#addChild(parentPath(path), lastOf(path));
    }
  }

  #addChild(parent: string, name: string): void {
    const names = this.#children.get(parent);
    if (names) names.add(name);
    else this.#children.set(parent, new Set([name]));
  }

  /**
   * A path with its indices as Python resolves them: `layer3[1].conv2` is `layer3.1.conv2`, `layer3[-1]` the last child of layer3,
   * `blocks["0"]` is `blocks.0`. An index that no child has stays as it is written.
   */
  resolved(written: string): string {
    return written.split(/\[([^[\]]*)\]/).reduce((path, part, i) => (i % 2 === 0 ? path + part : joined(path, this.#child(path, part))));
  }

  #child(parent: string, index: string): string {
    const quoted = /^(['"])(.*)\1$/.exec(index);
    if (quoted) return quoted[2] as string;
    const names = [...(this.#children.get(parent) ?? [])];
    const numbers = names.filter((name) => /^\d+$/.test(name)).map(Number);
    const position = Number(index);
    if (!/^-?\d+$/.test(index)) return index;
    // The children of a Sequential are called by their numbers; some of them may have left no trace in the file.
    if (numbers.length > 0) return String(position < 0 ? numbers.reduce((a, b) => Math.max(a, b)) + 1 + position : position);
    return (this.#computing.has(parent) ? undefined : names.at(position)) ?? index;
  }
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
const joined = (parent: string, child: string): string => (parent === '' ? child : `${parent}.${child}`);
