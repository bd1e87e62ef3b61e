import type { RuleSet } from '../../autodiff/rule.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import type { Subject } from '../evaluation/subject.ts';
import type { Attribution } from '../method.ts';

/**
 * An attribution that one backward pass gives for every attributed value.
 * @param key of all that `finish` and `rules` depend on
 * @param finish turns a value's gradient into its attribution
 * @param rules by default the plain gradient
 */
export async function gradientAttribution(
  subject: Subject,
  key: string,
  finish: (builder: GraphBuilder, gradient: string, value: string) => string,
  rules?: (builder: GraphBuilder) => RuleSet,
): Promise<Attribution> {
  const { attributed } = subject;
  const results = await subject.run(`${key} ${attributed.join(' ')}`, ({ builder, gradients }) => {
    const found = gradients(attributed, attributed.map((name) => `the input ${name}`).join(' and '), rules?.(builder));
    return Object.fromEntries(attributed.map((name, i) => [i, finish(builder, found[i] as string, name)]));
  });
  return { parts: attributed.map((name, i) => ({ name, tensor: results[i] })) as unknown as Attribution['parts'] };
}
