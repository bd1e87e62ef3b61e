import type { TokenGrid } from '../../src/protocol/choices.ts';
import { usePanel } from '../state/context.ts';
import { Disclosure } from './Disclosure.tsx';
import { DraftField } from './DraftField.tsx';
import { useDraft } from './useDraft.ts';

/** How a sequence of tokens lies over the image, and a way to say it otherwise. */
export function TokenGridFact({ grid }: { grid: TokenGrid & { readonly chosen: boolean } }) {
  const panel = usePanel();
  const others = (panel.choices.value.tokens ?? []).filter(({ tokens }) => tokens !== grid.tokens);
  const choose = (grids: readonly TokenGrid[]) => panel.choose({ tokens: grids.length > 0 ? grids : undefined });
  return (
    <>
      {`${grid.height} × ${grid.width} of ${grid.tokens} tokens`}
      {grid.skip > 0 && `, without the first ${grid.skip}`}
      <div class="links">
        <Disclosure text="Change…" testid="edit-grid">
          {(close) => (
            <GridForm
              grid={grid}
              onUse={(chosen) => {
                close();
                void choose([...others, chosen]);
              }}
            />
          )}
        </Disclosure>
        {grid.chosen && (
          <button type="button" class="link" data-testid="forget-grid" onClick={() => void choose(others)}>
            Back to what was found
          </button>
        )}
      </div>
    </>
  );
}

const FIELDS = ['Rows', 'Columns', 'Left out first'] as const;

function GridForm({ grid, onUse }: { grid: TokenGrid; onUse: (grid: TokenGrid) => void }) {
  const { tokens } = grid;
  const parse = (texts: readonly string[]): TokenGrid | undefined => {
    if (!texts.every((text) => /^\s*\d+\s*$/.test(text))) return undefined;
    const [height = 0, width = 0, skip = 0] = texts.map(Number);
    return height > 0 && width > 0 && skip + height * width <= tokens ? { tokens, height, width, skip } : undefined;
  };
  const draft = useDraft([grid.height, grid.width, grid.skip].map(String), parse, onUse);
  return (
    <form class="fields grid-form" onSubmit={draft.onSubmit}>
      {FIELDS.map((name, field) => (
        <DraftField key={name} draft={draft} field={field} name={name} named wrong={!draft.value} testid={`grid-${field}`} />
      ))}
      {!draft.value && <p class="warning">Rows × columns and the tokens before them: at most {tokens} in all.</p>}
      {draft.isNew && (
        <button type="submit" class="button">
          Use
        </button>
      )}
    </form>
  );
}
