import { stringAttribute } from '../../../graph/graph.ts';
import { implicitOutput } from '../../../graph/operators/matrix.ts';
import { floats } from '../../../tensor/tensor.ts';
import { type Rule, type RuleContext, type RuleSet, refusal } from '../../rule.ts';
import { perInput } from '../helpers.ts';

/** An equation without ellipses, one letter per axis. */
interface Equation {
  readonly terms: readonly string[];
  readonly output: string;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** In "ij,jk->ik" the gradient of the first input is "ik,jk->ij" of dy and the others. */
const einsum: Rule = (context) => {
  const { builder, dy, node } = context;
  const written = stringAttribute(node, 'equation', '').replaceAll(/\s/g, '');
  const fresh = freshLetters(context, written);
  const { terms, output } = stretchedApart(context, spelledOut(context, written, fresh), fresh);
  return perInput(context, (i) => {
    const others = terms.filter((_, k) => k !== i);
    const { term, diagonals } = offDiagonal(context, i, terms[i] as string, fresh);
    const factors = [output, ...others, ...diagonals.map((d) => d.term)];
    const seen = new Set(factors.join(''));
    const reached = [...term].filter((letter) => seen.has(letter)).join('');
    const inputs = [dy, ...node.inputs.filter((_, k) => k !== i), ...diagonals.map((d) => d.value)];
    const product = builder.op('Einsum', inputs, { equation: `${factors.join(',')}->${reached}` });
    if (reached === term) return product;
    const summed = [...term].flatMap((letter, k) => (seen.has(letter) ? [] : [k]));
    const kept = builder.op('Unsqueeze', [product, builder.ints(summed)]);
    return builder.op('Expand', [kept, builder.op('Shape', [context.x(i)])]);
  });
};

/** Letters that the equation does not have, one after the other. */
function freshLetters(context: RuleContext, equation: string): () => string {
  const unused = [...LETTERS].filter((letter) => !equation.includes(letter));
  return () => {
    const letter = unused.shift();
    if (letter === undefined) throw refusal(context, 'its equation has too many axes.');
    return letter;
  };
}

/** An ellipsis stands for the axes that no letter names, the last ones where an input has fewer of them than another. */
function spelledOut(context: RuleContext, written: string, fresh: () => string): Equation {
  const [left = '', right] = written.split('->');
  const terms = left.split(',');
  const unnamed = terms.map((term, i) => (term.includes('...') ? context.shape(context.x(i)).length - (term.length - 3) : 0));
  const letters = Array.from({ length: Math.max(...unnamed) }, fresh).join('');
  const named = (term: string, count: number): string => term.replace('...', letters.slice(letters.length - count));
  return {
    terms: terms.map((term, i) => named(term, unnamed[i] as number)),
    output: named(right ?? implicitOutput(left), letters.length),
  };
}

/** An axis of extent 1 that is stretched to another input's is a letter of its own. */
function stretchedApart(context: RuleContext, { terms, output }: Equation, fresh: () => string): Equation {
  const shapes = terms.map((_, i) => context.shape(context.x(i)));
  const isLong = new Set(terms.flatMap((term, i) => [...term].filter((_, axis) => shapes[i]?.[axis] !== 1)));
  const apart = (term: string, i: number): string =>
    [...term].map((letter, axis) => (shapes[i]?.[axis] === 1 && isLong.has(letter) ? fresh() : letter)).join('');
  return { terms: terms.map(apart), output };
}

interface Diagonal {
  readonly term: string;
  readonly value: string;
}

/** A letter's second occurrence in a term as a letter of its own, times the unit matrix over both. */
function offDiagonal(context: RuleContext, i: number, term: string, fresh: () => string): { term: string; diagonals: readonly Diagonal[] } {
  const { builder } = context;
  const diagonals: Diagonal[] = [];
  const letters = [...term].map((letter, axis) => {
    if (term.indexOf(letter) === axis) return letter;
    const extent = context.staticShape(context.x(i))[axis] as number;
    const other = fresh();
    const unit = Array.from({ length: extent * extent }, (_, k) => (k % (extent + 1) === 0 ? 1 : 0));
    const value = builder.op('CastLike', [builder.constant(floats([extent, extent], unit)), context.x(i)]);
    diagonals.push({ term: letter + other, value });
    return other;
  });
  return { term: letters.join(''), diagonals };
}

export const einsumRules: RuleSet = { Einsum: einsum };
