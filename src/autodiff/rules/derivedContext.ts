import type { RuleContext } from '../rule.ts';

/** A node as a rule sees it, but for some things: for overlays that use the rule of the plain gradient. */
export function derivedContext(context: RuleContext, changes: Partial<RuleContext>): RuleContext {
  return {
    node: context.node,
    builder: context.builder,
    rules: context.rules,
    get dy() {
      return changes.gradient?.() ?? context.dy;
    },
    gradient: (k) => context.gradient(k),
    x: (i) => context.x(i),
    needs: (i) => context.needs(i),
    wants: (value) => context.wants(value),
    addGradient: (value, gradient) => context.addGradient(value, gradient),
    shape: (value) => context.shape(value),
    staticShape: (value, from) => context.staticShape(value, from),
    dtype: (value) => context.dtype(value),
    constant: (value) => context.constant(value),
    integers: (i) => context.integers(i),
    ...changes,
  };
}

/** The same node with another gradient of its first output. */
export const withGradient = (context: RuleContext, dy: string): RuleContext =>
  derivedContext(context, { dy, gradient: (k = 0) => (k === 0 ? dy : context.gradient(k)) });
