import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** What stands in a form, until it is used. */
export interface Draft<T> {
  readonly texts: readonly string[];
  /** Undefined where the texts say nothing that can be used. */
  readonly value: T | undefined;
  /** It can be used, and is something else than what is in use. */
  readonly isNew: boolean;
  readonly set: (field: number, text: string) => void;
  readonly onSubmit: (event: SubmitEvent) => void;
}

/**
 * A form whose fields are only drafts before Enter or its button.
 * @param inUse what the fields say now; where that changes, the draft is dropped
 */
export function useDraft<T>(
  inUse: readonly string[],
  parse: (texts: readonly string[]) => T | undefined,
  use: (value: T) => void,
): Draft<T> {
  const from = inUse.join('\n');
  const draft = useSignal({ from, texts: inUse });
  const texts = draft.value.from === from ? draft.value.texts : inUse;
  useEffect(() => {
    if (draft.peek().from !== from) draft.value = { from, texts: inUse };
  }, [from]);
  const value = parse(texts);
  const isNew = value !== undefined && JSON.stringify(value) !== JSON.stringify(parse(inUse));
  return {
    texts,
    value,
    isNew,
    set: (field, text) => {
      draft.value = { from, texts: texts.map((before, i) => (i === field ? text : before)) };
    },
    onSubmit: (event) => {
      event.preventDefault();
      if (!isNew) return;
      // the button that was pressed goes: the keyboard stays in the form
      if (!(document.activeElement instanceof HTMLInputElement)) (event.currentTarget as HTMLFormElement).querySelector('input')?.focus();
      use(value);
    },
  };
}
