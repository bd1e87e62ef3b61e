import { DraftField } from '../components/DraftField.tsx';
import { useDraft } from '../components/useDraft.ts';
import { usePanel } from '../state/context.ts';

/** The neuron of the selected layer that is explained. */
export function NeuronField() {
  const panel = usePanel();
  const { neuron } = panel.methods.own.value;
  const dims = panel.layer.value?.dims;
  const inUse = neuron?.join(', ') ?? '';
  const draft = useDraft([inUse], parseIndices, (chosen) => panel.methods.change({ neuron: chosen }));
  return (
    <form class="inline-form" onSubmit={draft.onSubmit}>
      <DraftField
        draft={draft}
        name="Neuron"
        named
        wrong={draft.value === undefined && draft.texts[0] !== ''}
        hint={dims ? `An index per axis of ${dims.join(' × ')}, counted from 0` : 'An index per axis, counted from 0'}
        placeholder={dims ? dims.map(() => '0').join(', ') : '0'}
        testid="neuron"
      />
      {draft.isNew && (
        <button type="submit" class="link">
          Use
        </button>
      )}
    </form>
  );
}

function parseIndices([text = '']: readonly string[]): readonly number[] | undefined {
  const indices = text
    .split(/[,\s]+/)
    .filter(Boolean)
    .map(Number);
  return indices.length > 0 && indices.every((index) => Number.isInteger(index) && index >= 0) ? indices : undefined;
}
