import { DraftField } from '../components/DraftField.tsx';
import { useDraft } from '../components/useDraft.ts';
import { usePanel } from '../state/context.ts';

/** What the input is compared with. */
export function BaselineField({ required }: { required: boolean }) {
  const panel = usePanel();
  const { baseline } = panel.methods.own.value;
  const inUse = baseline === undefined ? '' : String(baseline);
  const draft = useDraft([inUse], parseBaseline, (chosen) => panel.methods.change({ baseline: chosen }));
  return (
    <form class="inline-form" onSubmit={draft.onSubmit}>
      <DraftField
        draft={draft}
        name="Baseline"
        named
        wrong={false}
        hint="What stands for nothing: a number in every element, or the path of an image or a .npy file"
        placeholder={required ? 'a .npy file of several examples' : '0: the mean colour'}
        testid="baseline"
      />
      {draft.isNew && (
        <button type="submit" class="link">
          Use
        </button>
      )}
    </form>
  );
}

const parseBaseline = ([text = '']: readonly string[]): string | number | undefined => {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
};
