import { DraftField } from '../components/DraftField.tsx';
import { DraftForm } from '../components/DraftForm.tsx';
import { useDraft } from '../components/useDraft.ts';
import { usePanel } from '../state/context.ts';
import { describeNeuron, parseNeuron } from './neuron.ts';

/** The neuron of the selected layer that is explained: typed, or picked from the layer's map and its units. */
export function NeuronField() {
  const panel = usePanel();
  const { neuron, isPicking, picking } = panel.methods;
  const layer = panel.layer.value;
  const dims = layer?.dims;
  const inUse = neuron.value;
  const draft = useDraft(
    [inUse?.replaceAll(',', ', ') ?? ''],
    ([text = '']) => parseNeuron(text),
    (chosen) => {
      neuron.value = chosen;
      picking.value = false;
    },
  );
  const example = dims ? dims.map(() => '0').join(', ') : '0';
  return (
    <span class="inline-form neuron-form">
      <DraftForm draft={draft}>
        <DraftField
          draft={draft}
          name="Neuron"
          named
          wrong={draft.value === undefined && draft.texts[0] !== ''}
          hint={`An index (4) or a range (2:5, or : for all) per axis${dims ? ` of ${dims.join(' × ')}` : ''}, counted from 0; of several neurons their sum is explained`}
          placeholder={example}
          testid="neuron"
        />
      </DraftForm>
      {inUse !== undefined && layer && (
        <span class="neuron-words" title="Counted from 0" data-testid="neuron-words">
          {describeNeuron(layer, inUse)}
        </span>
      )}
      {inUse !== undefined && (
        <button
          type="button"
          class="link"
          data-testid="pick-neuron"
          aria-pressed={isPicking.value}
          onClick={() => {
            picking.value = !isPicking.value;
          }}
        >
          {isPicking.value ? 'Show its explanation' : 'Pick another…'}
        </button>
      )}
    </span>
  );
}
