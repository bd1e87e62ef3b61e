import { useSignal } from '@preact/signals';
import type { InputSource } from '../../src/protocol/inputs.ts';
import type { InputPort } from '../../src/protocol/model.ts';
import { Icon } from '../components/Icon.tsx';
import { usePanel } from '../state/context.ts';
import { fileNameOf } from '../state/panel.ts';

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
        <span class="muted clip">
          {port.dtype} {port.shape}
        </span>
      </p>
      <p class="input-source">
        <Icon name={source ? 'check' : 'minus'} />
        <span class="clip" title={source && source.kind !== 'constant' ? source.path : undefined}>
          {source ? nameOf(source) : 'nothing yet'}
        </span>
      </p>
      <p class="input-ways">
        <button type="button" class="link" data-testid="choose-input" onClick={() => void panel.chooseInput(port.name)}>
          {port.takes === 'image' ? 'Image or .npy…' : '.npy file…'}
        </button>
        <Constant port={port} value={source?.kind === 'constant' ? source.value : undefined} />
        {suggestion && !source && (
          <button
            type="button"
            class="link"
            data-testid="suggested-input"
            title="What is usually given to an input of this name"
            onClick={() => void panel.setInput(port.name, suggestion)}
          >
            {nameOf(suggestion)}, as usual
          </button>
        )}
      </p>
    </li>
  );
}

/** One number for every element of the input. */
function Constant({ port, value }: { port: InputPort; value: number | undefined }) {
  const panel = usePanel();
  const text = useSignal(value === undefined ? '' : String(value));
  const number = text.value.trim() === '' ? Number.NaN : Number(text.value);
  return (
    <form
      class="constant"
      onSubmit={(event) => {
        event.preventDefault();
        if (Number.isFinite(number) && number !== value) void panel.setInput(port.name, { kind: 'constant', value: number });
      }}
    >
      <label class="field">
        <input
          type="text"
          inputmode="decimal"
          data-testid="constant-input"
          aria-label={`Every element of ${port.name}`}
          placeholder="a constant"
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
      </label>
      {Number.isFinite(number) && number !== value && (
        <button type="submit" class="link">
          Use
        </button>
      )}
    </form>
  );
}

const nameOf = (source: InputSource): string => (source.kind === 'constant' ? `every element ${source.value}` : fileNameOf(source.path));
