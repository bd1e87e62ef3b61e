import type { ComponentChildren } from 'preact';
import type { Draft } from './useDraft.ts';

interface Props {
  readonly draft: Draft<unknown>;
  /** Its fields. */
  readonly children: ComponentChildren;
  /** What stands behind them while they say nothing new. */
  readonly note?: ComponentChildren;
}

/** A draft's fields in a line, with a button while they say something new. */
export function DraftForm({ draft, children, note }: Props) {
  return (
    <form class="inline-form" onSubmit={draft.onSubmit}>
      {children}
      {draft.isNew ? (
        <button type="submit" class="link">
          Use
        </button>
      ) : (
        note
      )}
    </form>
  );
}
