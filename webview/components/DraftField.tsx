import type { Draft } from './useDraft.ts';

interface Props {
  readonly draft: Draft<unknown>;
  /** Which of the draft's texts it is. */
  readonly field?: number;
  /** What it is for. */
  readonly name: string;
  /** The name stands beside the field. */
  readonly named?: boolean;
  readonly wrong: boolean;
  readonly hint?: string;
  readonly placeholder?: string;
  readonly testid: string;
}

/** A text field of a draft. */
export function DraftField({ draft, field = 0, name, named = false, wrong, hint = '', placeholder = '', testid }: Props) {
  return (
    <label class={named ? 'named-field' : 'bare-field'}>
      {named && <span class="muted">{name}</span>}
      <span class="field">
        <input
          type="text"
          spellcheck={false}
          data-testid={testid}
          aria-label={name}
          aria-invalid={wrong}
          title={hint}
          placeholder={placeholder}
          value={draft.texts[field] ?? ''}
          onInput={({ currentTarget }) => draft.set(field, currentTarget.value)}
        />
      </span>
    </label>
  );
}
