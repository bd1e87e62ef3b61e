/**
 * For every vertex the one that all paths to it pass last (its immediate dominator), of an acyclic graph whose vertices are numbered in
 * an order of computation and which begins at vertex 0. The common ancestor of two vertices in the tree of dominators is found by jumps
 * of doubling length (Myers, "An applicative random-access stack", 1983), so that it takes logarithmic time.
 */
export function immediateDominators(before: readonly (readonly number[])[]): Int32Array {
  const parent = new Int32Array(before.length);
  const jump = new Int32Array(before.length);
  const depth = new Int32Array(before.length);

  const ancestor = (u: number, v: number): number => {
    let [a, b] = (depth[u] as number) > (depth[v] as number) ? [u, v] : [v, u];
    const target = depth[b] as number;
    while ((depth[a] as number) > target) {
      const far = jump[a] as number;
      a = (depth[far] as number) >= target ? far : (parent[a] as number);
    }
    while (a !== b) {
      const isShared = jump[a] === jump[b];
      [a, b] = isShared ? [parent[a] as number, parent[b] as number] : [jump[a] as number, jump[b] as number];
    }
    return a;
  };

  for (let v = 1; v < before.length; v++) {
    const up = (before[v] as readonly number[]).reduce(ancestor);
    const far = jump[up] as number;
    const isEven = (depth[up] as number) - (depth[far] as number) === (depth[far] as number) - (depth[jump[far] as number] as number);
    parent[v] = up;
    depth[v] = (depth[up] as number) + 1;
    jump[v] = isEven ? (jump[far] as number) : up;
  }
  return parent;
}
