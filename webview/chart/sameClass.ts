import type { ShownClass } from '../../src/protocol/model.ts';

export const isSameClass = (a: ShownClass, b: ShownClass | undefined): boolean => a.index === b?.index && a.negated === b.negated;
