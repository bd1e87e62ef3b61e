import type { Model } from '../app/model.ts';

/** More notes of one model than a person reads between two commands. */
const SHOWN = 5;

/** What was found when models were opened, a line each. */
export const noteLines = (models: readonly Model[]): string[] =>
  models.flatMap(({ summary: { notes, fileName } }) => [
    ...notes.slice(0, SHOWN).map((note) => `note: ${fileName}: ${note}`),
    ...(notes.length > SHOWN ? [`note: ${fileName}: ${notes.length - SHOWN} more; "inspectum layers" has all.`] : []),
  ]);
