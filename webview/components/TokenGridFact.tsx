import { useSignal } from '@preact/signals';
import type { TokenGrid } from '../../src/protocol/choices.ts';
import { usePanel } from '../state/context.ts';

type Field = 'height' | 'width' | 'skip';
const FIELDS: readonly (readonly [Field, string])[] = [
  ['height', 'rows'],
  ['width', 'columns'],
  ['skip', 'tokens before'],
];

/** How a sequence of tokens lies over the image, and a way to say it otherwise. */
export function TokenGridFact({ grid }: { grid: TokenGrid & { readonly chosen: boolean } }) {
  const panel = usePanel();
  const editing = useSignal(false);
  const draft = useSignal<TokenGrid>(grid);
  const { height, width, skip } = draft.value;
  const fits = height > 0 && width > 0 && skip >= 0 && skip + height * width <= grid.tokens;
  const others = (panel.choices.value.tokens ?? []).filter(({ tokens }) => tokens !== grid.tokens);
  const choose = (grids: readonly TokenGrid[]) => {
    editing.value = false;
    void panel.choose({ tokens: grids.length > 0 ? grids : undefined });
  };
  if (!editing.value)
    return (
      <>
        {`${grid.height} × ${grid.width} of ${grid.tokens} tokens`}
        {grid.skip > 0 && `, after ${grid.skip} that stand for no place`}{' '}
        <button
          type="button"
          class="link"
          data-testid="edit-grid"
          onClick={() => {
            editing.value = true;
          }}
        >
          Change…
        </button>
        {grid.chosen && (
          <button type="button" class="link" onClick={() => choose(others)}>
            {' '}
            Back to what was found
          </button>
        )}
      </>
    );
  return (
    <form
      class="grid-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (fits) choose([...others, { tokens: grid.tokens, height, width, skip }]);
      }}
    >
      {FIELDS.map(([field, text]) => (
        <label key={field}>
          <input
            type="number"
            min={field === 'skip' ? 0 : 1}
            max={grid.tokens}
            data-grid={field}
            value={draft.value[field]}
            onInput={({ currentTarget }) => {
              draft.value = { ...draft.peek(), [field]: currentTarget.valueAsNumber };
            }}
          />{' '}
          {text}
        </label>
      ))}
      {fits ? (
        <button type="submit" class="link">
          Use
        </button>
      ) : (
        <span class="labelling-warning">More than the {grid.tokens} tokens there are.</span>
      )}
    </form>
  );
}
