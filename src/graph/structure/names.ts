import type { Block, BlockKind, Network } from './blocks.ts';
import { isNone } from './resolution.ts';
import { bitOf, setOf } from './roles.ts';
import type { Item, Stage } from './stages.ts';

const TITLES: Readonly<Record<BlockKind, string>> = {
  residual: 'residual',
  inverted: 'inverted residual',
  fire: 'fire',
  transformer: 'transformer',
  attention: 'attention',
  mlp: 'MLP',
  dense: 'dense',
  branches: 'branches',
  separable: 'separable',
  conv: 'conv',
};

const CONVOLUTIONS = setOf('conv', 'depthwise', 'pointwise', 'upsample');

interface Named {
  readonly of: readonly (Block | undefined)[];
  readonly network: Network;
  /** Whether a person sees the vertex, and nothing else tells its place. */
  readonly isLayer: (vertex: number) => boolean;
  /** Names at the top that the author has given to something else. */
  readonly taken: ReadonlySet<string>;
}

/** Paths of vertices and titles of paths: numbers count from 1 in what is around. */
export function namesOf(
  stages: readonly Stage[],
  named: Named,
): { readonly paths: readonly string[]; readonly titles: Map<string, string> } {
  const naming = new Naming(named);
  const shown = stages.filter(({ items }) => items.some(({ vertices }) => vertices.some(named.isLayer)));
  let number = 0;
  for (const stage of shown) {
    const isHead = isNone(stage.resolution);
    if (!isHead) number++;
    const path =
      shown.length === 1
        ? ''
        : naming.top(isHead ? 'head' : `stage${number}`, isHead ? 'head' : `stage ${number} · ${stage.resolution.label}`);
    naming.nameItems(stage.items, path, isHead);
  }
  return naming;
}

class Naming {
  readonly paths: string[];
  readonly titles = new Map<string, string>();
  readonly #named: Named;
  readonly #blocks = new Map<Block, string>();
  readonly #counts = new Map<string, number>();

  constructor(named: Named) {
    this.#named = named;
    this.paths = new Array(named.of.length).fill('');
  }

  top(name: string, title: string): string {
    let path = name;
    while (this.#named.taken.has(path)) path += '_';
    this.titles.set(path, title);
    return path;
  }

  nameItems(items: readonly Item[], around: string, isHead: boolean): void {
    const hasBlocks = items.some(({ block }) => block);
    let run: number[] = [];
    const endRun = (): void => {
      const isConv = run.some((v) => CONVOLUTIONS & bitOf(this.#named.network.roles[v])) && run.filter(this.#named.isLayer).length > 1;
      const path = hasBlocks && !isHead && isConv ? this.#numbered('conv', around, false) : around;
      for (const vertex of run) this.paths[vertex] = path;
      run = [];
    };
    for (const { block, vertices } of items) {
      if (!block) {
        run.push(...vertices);
        continue;
      }
      endRun();
      for (const vertex of vertices) this.paths[vertex] = this.#pathOf(this.#named.of[vertex] as Block, around);
    }
    endRun();
  }

  #pathOf(block: Block, around: string): string {
    const known = this.#blocks.get(block);
    if (known !== undefined) return known;
    const outer = block.outer ? this.#pathOf(block.outer, around) : around;
    const path = this.#numbered(kindOf(block), outer, block.outer?.kind === 'transformer');
    this.#blocks.set(block, path);
    return path;
  }

  #numbered(kind: BlockKind, around: string, isPart: boolean): string {
    const name = around === '' ? kind : `${around}.${kind}`;
    const number = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, number);
    const isOnly = isPart && number === 1;
    const path = isOnly ? name : around === '' ? this.top(`${kind}${number}`, '') : `${name}${number}`;
    this.titles.set(path, isOnly ? TITLES[kind] : `${TITLES[kind]} ${number}`);
    return path;
  }
}

const kindOf = ({ kind, outer }: Block): BlockKind => (kind === 'mlp' && outer?.kind !== 'transformer' ? 'residual' : kind);
