import type { InputSource } from '../../src/protocol/inputs.ts';
import type { InputPort } from '../../src/protocol/model.ts';
import { DraftField } from '../components/DraftField.tsx';
import { DraftForm } from '../components/DraftForm.tsx';
import { Icon } from '../components/Icon.tsx';
import { useDraft } from '../components/useDraft.ts';
import { usePanel } from '../state/context.ts';
import { fileNameOf } from '../state/fileName.ts';

/** What each input of the model is given, and how to give it something else. */
export function InputList() {
  const panel = usePanel();
  const inputs = panel.model.value?.inputs ?? [];
  return (
    <ul class="inputs" aria-label="Inputs of the model" data-testid="inputs">
      {inputs.map((port) => (
        <Input key={port.name} port={port} source={panel.given.value?.sources[port.name]} />
      ))}
    </ul>
  );
}

function Input({ port, source }: { port: InputPort; source: InputSource | undefined }) {
  const panel = usePanel();
  const { suggestion } = port;
  return (
    <li class={source ? 'input' : 'input missing'} data-input={port.name}>
      <p class="input-name">
        <strong class="clip">{port.name}</strong>
        <span class="muted clip" title={`${port.dtype} ${port.shape}`}>
          {port.dtype} {port.shape}
        </span>
      </p>
      <p class="input-source">
        <Icon name={source ? 'check' : 'minus'} />
        <span class="clip" title={source && source.kind !== 'constant' ? source.path : undefined}>
          {source ? nameOfSource(source) : 'nothing yet'}
        </span>
      </p>
      <p class="input-ways">
        <button type="button" class="link" data-testid="choose-input" onClick={() => void panel.inputs.choose(port.name)}>
          {port.takes === 'image' ? 'Image or .npy…' : '.npy file…'}
        </button>
        <Constant port={port} value={source?.kind === 'constant' ? source.value : undefined} />
        {suggestion && !source && (
          <button
            type="button"
            class="link"
            data-testid="suggested-input"
            title="What is usually given to an input of this name"
            onClick={() => void panel.inputs.set(port.name, suggestion)}
          >
            {nameOfSource(suggestion)}, as usual
          </button>
        )}
      </p>
    </li>
  );
}

/** One number for every element of the input. */
function Constant({ port, value }: { port: InputPort; value: number | undefined }) {
  const panel = usePanel();
  const inUse = value === undefined ? '' : String(value);
  const draft = useDraft([inUse], parseNumber, (number) => void panel.inputs.set(port.name, { kind: 'constant', value: number }));
  return (
    <DraftForm draft={draft}>
      <DraftField
        draft={draft}
        name={`One number for every element of ${port.name}`}
        wrong={draft.value === undefined && draft.texts[0] !== ''}
        placeholder="a number"
        testid="constant-input"
      />
    </DraftForm>
  );
}

function parseNumber([text = '']: readonly string[]): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text.replace('−', '-'));
  return Number.isFinite(number) ? number : undefined;
}

/** "features.npy", "0.5 in every element" */
export const nameOfSource = (source: InputSource): string =>
  source.kind === 'constant' ? `${source.value} in every element` : fileNameOf(source.path);
