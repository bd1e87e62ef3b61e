/**
 * The least-squares solution of A·x = b, of several the one of least norm, by Householder reflections: A with its columns in falling
 * order of what is left of them, then what was found of it from the other side (a complete orthogonal decomposition).
 * @param columns of A; overwritten
 * @param b as long as a column; overwritten
 */
export function minimumNorm(columns: Float64Array[], b: Float64Array): Float64Array {
  const { reflections, order, rank } = triangularize(columns, b.length);
  for (const reflection of reflections) reflect(b, reflection);
  const rows = Array.from({ length: rank }, (_, i) => Float64Array.from(columns, (column, j) => (j < i ? 0 : (column[i] as number))));
  const across = triangularize(rows, columns.length);
  const found = new Float64Array(columns.length);
  for (let i = 0; i < rank; i++) {
    const row = rows[i] as Float64Array;
    let rest = b[across.order[i] as number] as number;
    for (let j = 0; j < i; j++) rest -= (row[j] as number) * (found[j] as number);
    found[i] = rest / (row[i] as number);
  }
  for (const reflection of across.reflections.toReversed()) reflect(found, reflection);
  const solution = new Float64Array(columns.length);
  order.forEach((at, i) => {
    solution[at] = found[i] as number;
  });
  return solution;
}

/** x ↦ x − v·(v·x)·factor, of the elements from `from` on. */
interface Reflection {
  readonly from: number;
  readonly v: Float64Array;
  readonly factor: number;
}

/** Makes columns upper triangular, in place, and brings them in the order in which they were taken. */
function triangularize(columns: Float64Array[], height: number) {
  const order = Array.from(columns.keys());
  const reflections: Reflection[] = [];
  const most = Math.min(height, columns.length);
  let negligible = 0;
  while (reflections.length < most) {
    const k = reflections.length;
    const { place, length } = longest(columns, k);
    if (k === 0) negligible = length * Math.max(height, columns.length) * Number.EPSILON;
    if (length <= negligible) break;
    for (const list of [columns, order] as unknown[][]) [list[k], list[place]] = [list[place], list[k]];
    const v = (columns[k] as Float64Array).slice(k);
    const head = v[0] as number;
    v[0] = head + (head < 0 ? -length : length);
    const reflection = { from: k, v, factor: 1 / (length * (length + Math.abs(head))) };
    for (let j = k; j < columns.length; j++) reflect(columns[j] as Float64Array, reflection);
    reflections.push(reflection);
  }
  return { reflections, order, rank: reflections.length };
}

/** The column from `from` on that is longest below its first `from` elements. */
function longest(columns: readonly Float64Array[], from: number): { readonly place: number; readonly length: number } {
  let place = from;
  let greatest = -1;
  for (let j = from; j < columns.length; j++) {
    const column = columns[j] as Float64Array;
    let square = 0;
    for (let i = from; i < column.length; i++) square += (column[i] as number) ** 2;
    if (square > greatest) {
      greatest = square;
      place = j;
    }
  }
  return { place, length: Math.sqrt(greatest) };
}

function reflect(x: Float64Array, { from, v, factor }: Reflection): void {
  let along = 0;
  for (let i = 0; i < v.length; i++) along += (v[i] as number) * (x[from + i] as number);
  along *= factor;
  for (let i = 0; i < v.length; i++) x[from + i] = (x[from + i] as number) - along * (v[i] as number);
}
