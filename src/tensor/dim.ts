import type { Dim } from './shape.ts';

/**
 * Arithmetic of dimensions. An expression is kept as text in one canonical form, so that equal strings are equal extents:
 * polynomials with integer coefficients ("2*batch + 1") over atoms, which are symbols and "floor(p/q)", "max(a, b, …)"
 * and "min(a, b, …)" of expressions. Symbols stand for extents: integers that are never negative.
 * Between two integers a quotient may pass by ("height/2"), as float scales do in exported shape arithmetic.
 */

/** Monomial → coefficient. A monomial is its atoms, sorted, joined by SEPARATOR; '' is the constant term. */
type Polynomial = ReadonlyMap<string, number>;

interface Quotient {
  readonly num: Polynomial;
  readonly den: Polynomial;
}

const SEPARATOR = '\u0000';
const MAX_TERMS = 64;
const MAX_LENGTH = 400;
const SYMBOL = /^[A-Za-z_?][\w.?]*$/;
const ONE: Polynomial = new Map([['', 1]]);

const constant = (value: number): Polynomial => new Map(value === 0 ? [] : [['', value]]);
const atom = (name: string): Quotient => ({ num: new Map([[name, 1]]), den: ONE });
const isConstant = (p: Polynomial): boolean => p.size === 0 || (p.size === 1 && p.has(''));
const constantOf = (p: Polynomial): number => p.get('') ?? 0;
const atomsOf = (monomial: string): string[] => (monomial === '' ? [] : monomial.split(SEPARATOR));
const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const monomialOf = (atoms: readonly string[]): string => [...atoms].sort(byCode).join(SEPARATOR);

function combine(entries: Iterable<readonly [string, number]>): Polynomial {
  const sum = new Map<string, number>();
  for (const [monomial, coefficient] of entries) {
    const total = (sum.get(monomial) ?? 0) + coefficient;
    if (total === 0) sum.delete(monomial);
    else sum.set(monomial, total);
  }
  if (sum.size > MAX_TERMS) throw new RangeError('the expression of a dimension has too many terms');
  return sum;
}

const plus = (a: Polynomial, b: Polynomial): Polynomial => combine([...a, ...b]);
const scaled = (p: Polynomial, k: number): Polynomial => combine([...p].map(([m, c]) => [m, c * k]));
const times = (a: Polynomial, b: Polynomial): Polynomial =>
  combine([...a].flatMap(([ma, ca]) => [...b].map(([mb, cb]) => [monomialOf([...atomsOf(ma), ...atomsOf(mb)]), ca * cb] as const)));

const degree = (monomial: string): number => atomsOf(monomial).length;
const byOrder = ([a]: readonly [string, number], [b]: readonly [string, number]): number => degree(b) - degree(a) || (a < b ? -1 : 1);

/** Monomial a divided by b, or undefined. */
function monomialQuotient(a: string, b: string): string | undefined {
  const rest = atomsOf(a);
  for (const name of atomsOf(b)) {
    const at = rest.indexOf(name);
    if (at < 0) return undefined;
    rest.splice(at, 1);
  }
  return monomialOf(rest);
}

/** a / b where the division leaves nothing (by long division in the graded order), else undefined. */
function exactQuotient(a: Polynomial, b: Polynomial): Polynomial | undefined {
  const lead = [...b].sort(byOrder)[0];
  if (!lead) return undefined;
  let rest = a;
  let quotient: Polynomial = new Map();
  for (let step = 0; rest.size > 0; step++) {
    const [monomial, coefficient] = [...rest].sort(byOrder)[0] as [string, number];
    const m = monomialQuotient(monomial, lead[0]);
    if (m === undefined || coefficient % lead[1] !== 0 || step > MAX_TERMS) return undefined;
    const term = new Map([[m, coefficient / lead[1]]]);
    quotient = plus(quotient, term);
    rest = plus(rest, scaled(times(term, b), -1));
  }
  return quotient;
}

const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));
const contentOf = (p: Polynomial): number => [...p.values()].reduce(gcd, 0);

function reduced(num: Polynomial, den: Polynomial): Quotient {
  if (den.size === 0) throw new RangeError('a dimension is divided by zero');
  const exact = exactQuotient(num, den);
  if (exact) return { num: exact, den: ONE };
  const common = gcd(contentOf(num), contentOf(den)) * ((den.values().next().value as number) < 0 ? -1 : 1);
  return common === 1 ? { num, den } : { num: scaled(num, 1 / common), den: scaled(den, 1 / common) };
}

const quotientSum = (a: Quotient, b: Quotient): Quotient =>
  a.den === b.den || print(a.den) === print(b.den)
    ? reduced(plus(a.num, b.num), a.den)
    : reduced(plus(times(a.num, b.den), times(b.num, a.den)), times(a.den, b.den));
const quotientProduct = (a: Quotient, b: Quotient): Quotient => reduced(times(a.num, b.num), times(a.den, b.den));
const quotientRatio = (a: Quotient, b: Quotient): Quotient => reduced(times(a.num, b.den), times(a.den, b.num));

function floorOf({ num, den }: Quotient): Quotient {
  if (!isConstant(den)) return atom(`floor(${printQuotient({ num, den })})`);
  const n = constantOf(den);
  if (n === 1) return { num, den };
  // floor((n·q + r)/n) = q + floor(r/n), coefficient by coefficient; the remainder's constant lies in 0 … n−1.
  const whole = combine([...num].map(([m, c]) => [m, m === '' ? Math.floor(c / n) : c % n === 0 ? c / n : 0]));
  const rest = plus(num, scaled(whole, -n));
  if (isConstant(rest)) return { num: whole, den: ONE };
  return { num: plus(whole, nestedFloor(rest, n)), den: ONE };
}

/** floor((floor(a/m) + c)/n) = floor((a + c·m)/(m·n)); any other numerator stays as it is. */
function nestedFloor(rest: Polynomial, n: number): Polynomial {
  const inner = [...rest].find(([m]) => m !== '') as [string, number];
  if (rest.size - (rest.has('') ? 1 : 0) === 1 && inner[1] === 1 && inner[0].startsWith('floor(') && degree(inner[0]) === 1) {
    const { num, den } = parse(inner[0].slice('floor'.length));
    if (isConstant(den)) {
      const m = constantOf(den);
      return floorOf(reduced(plus(num, constant(constantOf(rest) * m)), constant(m * n))).num;
    }
  }
  return new Map([[`floor(${printQuotient({ num: rest, den: constant(n) })})`, 1]]);
}

/** The largest (smallest) of two, as one flat atom of what is not certain to be exceeded by another. */
function extreme(name: 'max' | 'min', a: Quotient, b: Quotient): Quotient {
  const exceeds = (x: Quotient, y: Quotient): boolean =>
    isNonNegativeQuotient(name === 'max' ? quotientSum(x, scaledQuotient(y, -1)) : quotientSum(y, scaledQuotient(x, -1)));
  const kept: Quotient[] = [];
  for (const candidate of [...operandsOf(name, a), ...operandsOf(name, b)]) {
    if (kept.some((other) => exceeds(other, candidate))) continue;
    kept.splice(0, kept.length, ...kept.filter((other) => !exceeds(candidate, other)), candidate);
  }
  return kept.length === 1 ? (kept[0] as Quotient) : atom(`${name}(${kept.map(printQuotient).sort(byCode).join(', ')})`);
}

function operandsOf(name: 'max' | 'min', value: Quotient): Quotient[] {
  const [only] = value.num;
  const isAtom = only !== undefined && value.num.size === 1 && value.den === ONE && only[1] === 1 && degree(only[0]) === 1;
  return isAtom && only[0].startsWith(`${name}(`) ? argumentsOf(only[0], name.length).map(quotientOf) : [value];
}

const scaledQuotient = ({ num, den }: Quotient, k: number): Quotient => ({ num: scaled(num, k), den });
/** True only where it is certain. */
const isNonNegativeQuotient = ({ num, den }: Quotient): boolean =>
  [...num, ...den].every(([monomial, coefficient]) => coefficient >= 0 && atomsOf(monomial).every(isNonNegativeAtom));

function isNonNegativeAtom(name: string): boolean {
  const open = name.indexOf('(');
  if (open < 0) return true;
  const parts = argumentsOf(name, open);
  return name.startsWith('max') ? parts.some(isNonNegative) : parts.every(isNonNegative);
}

function print(p: Polynomial): string {
  if (p.size === 0) return '0';
  let text = '';
  for (const [monomial, coefficient] of [...p].sort(byOrder)) {
    const atoms = atomsOf(monomial);
    const size = Math.abs(coefficient);
    const term = (size === 1 && atoms.length > 0 ? atoms : [String(size), ...atoms]).join('*');
    if (text === '') text = coefficient < 0 ? `-${term}` : term;
    else text += coefficient < 0 ? ` - ${term}` : ` + ${term}`;
  }
  return text;
}

function printQuotient({ num, den }: Quotient): string {
  const top = print(num);
  if (isConstant(den) && constantOf(den) === 1) return top;
  const bottom = print(den);
  return `${num.size > 1 ? `(${top})` : top}/${SYMBOL.test(bottom) || isConstant(den) ? bottom : `(${bottom})`}`;
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_?][\w.?]*)|(\/\/|[-+*/(),]))/y;

/** Expressions read lately: those of a graph recur, and an atom within an atom is read once, not once for every level around it. */
const lately = new Map<string, Quotient>();
const MAX_LATELY = 5000;

/** Reads an expression. @throws SyntaxError for what is none, RangeError for what is too long */
function parse(text: string): Quotient {
  const known = lately.get(text);
  if (known) return known;
  const value = parseAnew(text);
  if (lately.size >= MAX_LATELY) lately.clear();
  lately.set(text, value);
  return value;
}

function parseAnew(text: string): Quotient {
  if (text.length > MAX_LENGTH) throw new RangeError('the expression of a dimension is too long');
  TOKEN.lastIndex = 0;
  const tokens: string[] = [];
  const source = text.trimEnd();
  while (TOKEN.lastIndex < source.length) {
    const match = TOKEN.exec(source);
    if (!match) throw new SyntaxError(`${text} is not an expression`);
    tokens.push((match[1] ?? match[2] ?? match[3]) as string);
  }
  let at = 0;
  const accept = (token: string): boolean => tokens[at] === token && ++at > 0;
  const expect = (token: string): void => {
    if (!accept(token)) throw new SyntaxError(`${text} is not an expression`);
  };
  const sum = (): Quotient => {
    let value = product();
    for (;;) {
      if (accept('+')) value = quotientSum(value, product());
      else if (accept('-')) value = quotientSum(value, scaledQuotient(product(), -1));
      else return value;
    }
  };
  const product = (): Quotient => {
    let value = factor();
    for (;;) {
      if (accept('*')) value = quotientProduct(value, factor());
      else if (accept('/')) value = quotientRatio(value, factor());
      else if (accept('//')) value = floorOf(quotientRatio(value, factor()));
      else return value;
    }
  };
  const factor = (): Quotient => {
    if (accept('-')) return scaledQuotient(factor(), -1);
    if (accept('(')) {
      const value = sum();
      expect(')');
      return value;
    }
    const token = tokens[at++];
    if (token === undefined) throw new SyntaxError(`${text} is not an expression`);
    if (/^\d/.test(token)) return quotientOf(Number(token));
    if (!SYMBOL.test(token)) throw new SyntaxError(`${text} is not an expression`);
    return accept('(') ? call(token) : atom(token);
  };
  const call = (name: string): Quotient => {
    const first = sum();
    if (name === 'floor' || name === 'ceil' || name === 'ceiling') {
      expect(')');
      return name === 'floor' ? floorOf(first) : scaledQuotient(floorOf(scaledQuotient(first, -1)), -1);
    }
    const which = name.toLowerCase();
    if (which !== 'max' && which !== 'min') throw new SyntaxError(`${text} is not an expression`);
    let value = first;
    while (accept(',')) value = extreme(which, value, sum());
    expect(')');
    return value;
  };
  const value = sum();
  if (at < tokens.length) throw new SyntaxError(`${text} is not an expression`);
  return value;
}

function quotientOf(dim: Dim): Quotient {
  if (typeof dim === 'string') return SYMBOL.test(dim) ? atom(dim) : parse(dim);
  let den = 1;
  while (!Number.isInteger(dim * den) && den < 1024) den *= 2;
  if (!Number.isSafeInteger(dim * den)) throw new RangeError(`${dim} cannot be part of the expression of a dimension`);
  return reduced(constant(dim * den), constant(den));
}

function dimOf(value: Quotient): Dim {
  if (isConstant(value.num) && isConstant(value.den)) return constantOf(value.num) / constantOf(value.den);
  const text = printQuotient(value);
  if (text.length > MAX_LENGTH) throw new RangeError('the expression of a dimension is too long');
  return text;
}

type Operation = (a: Dim, b: Dim) => Dim;
const operation =
  (numbers: (a: number, b: number) => number, symbols: (a: Quotient, b: Quotient) => Quotient): Operation =>
  (a, b) =>
    // + 0 makes -0 an ordinary 0.
    typeof a === 'number' && typeof b === 'number' ? numbers(a, b) + 0 : dimOf(symbols(quotientOf(a), quotientOf(b)));

/* Each throws RangeError where the result is too long to be of use or divides by zero. */
export const addDims: Operation = operation((a, b) => a + b, quotientSum);
export const subtractDims: Operation = operation(
  (a, b) => a - b,
  (a, b) => quotientSum(a, scaledQuotient(b, -1)),
);
export const multiplyDims: Operation = operation((a, b) => a * b, quotientProduct);
/** The exact quotient, which need not be an integer: "height/2". */
export const divideDims: Operation = operation((a, b) => a / b, quotientRatio);
/** floor(a/b) for a positive b. */
export const floorDivideDims: Operation = operation(
  (a, b) => Math.floor(a / b),
  (a, b) => floorOf(quotientRatio(a, b)),
);
/** ceil(a/b) for integers and a positive number b: "floor((height + 1)/2)" for half of height, rounded up. */
export const ceilDivideDims = (a: Dim, b: number): Dim => floorDivideDims(addDims(a, b - 1), b);
export const maxDims: Operation = operation(Math.max, (a, b) => extreme('max', a, b));
export const minDims: Operation = operation(Math.min, (a, b) => extreme('min', a, b));

/** floor of an expression that may hold a quotient. */
export const floorDim = (a: Dim): Dim => (typeof a === 'number' ? Math.floor(a) : dimOf(floorOf(quotientOf(a))));

/** The product of dims: 1 for none. */
export const productOfDims = (dims: readonly Dim[]): Dim => dims.reduce(multiplyDims, 1);

/** True where it is certain that the dim is not negative. */
export const isNonNegative = (dim: Dim): boolean => (typeof dim === 'number' ? dim >= 0 : isNonNegativeQuotient(quotientOf(dim)));

/** True where it is certain that the dim is an integer ("height/2" is not). */
export const isInteger = (dim: Dim): boolean => (typeof dim === 'number' ? Number.isInteger(dim) : quotientOf(dim).den === ONE);

/**
 * The canonical form of a dimension's text, as files have it ("s0//2", "floor(height/2 - 1/2) + 1"). What is no expression
 * becomes one symbol ("batch size" → "batch_size").
 */
export function canonicalDim(text: string): Dim {
  if (SYMBOL.test(text)) return text;
  try {
    return dimOf(parse(text));
  } catch {
    const symbol = text.replaceAll(/[^\w.]/g, '_').slice(0, 64);
    return /^[A-Za-z_]/.test(symbol) ? symbol : `_${symbol}`;
  }
}

/** The symbols of a dim, each once. */
export function symbolsOf(dim: Dim): string[] {
  if (typeof dim === 'number') return [];
  const { num, den } = quotientOf(dim);
  const names = [...num.keys(), ...den.keys()].flatMap(atomsOf).flatMap((name) => {
    const open = name.indexOf('(');
    return open < 0 ? [name] : argumentsOf(name, open).flatMap(symbolsOf);
  });
  return [...new Set(names)];
}

/** The dim with symbols replaced: evaluateDim("2*batch + n", { batch: 4 }) is "n + 8". */
export function evaluateDim(dim: Dim, bindings: ReadonlyMap<string, Dim>): Dim {
  if (typeof dim === 'number') return dim;
  const bound = bindings.get(dim);
  if (bound !== undefined) return bound;
  const { num, den } = quotientOf(dim);
  return divideDims(evaluatePolynomial(num, bindings), evaluatePolynomial(den, bindings));
}

const evaluatePolynomial = (p: Polynomial, bindings: ReadonlyMap<string, Dim>): Dim =>
  [...p].reduce<Dim>(
    (sum, [monomial, coefficient]) =>
      addDims(
        sum,
        atomsOf(monomial).reduce<Dim>((value, name) => multiplyDims(value, evaluateAtom(name, bindings)), coefficient),
      ),
    0,
  );

function evaluateAtom(name: string, bindings: ReadonlyMap<string, Dim>): Dim {
  const open = name.indexOf('(');
  if (open < 0) return bindings.get(name) ?? name;
  const values = argumentsOf(name, open).map((argument) => evaluateDim(argument, bindings));
  if (name.startsWith('floor')) return floorDim(values[0] as Dim);
  return values.reduce(name.startsWith('max') ? maxDims : minDims);
}

/** The comma-separated arguments of "name(…)". */
function argumentsOf(text: string, open: number): Dim[] {
  const result: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let i = from; i < text.length - 1; i++) {
    const c = text[i];
    if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === ',' && depth === 0) {
      result.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return [...result, text.slice(from, -1)].map((argument) => dimOf(parse(argument)));
}
