import { useComputed, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { MethodInfo } from '../../src/protocol/methods.ts';
import { usePanel } from '../state/context.ts';
import { titleOfMethod } from './words.ts';

const LEVELS: Readonly<Record<MethodInfo['level'], string>> = { primary: 'input', layer: 'layer', neuron: 'neuron' };

/** The methods by the question that they answer, and all of them by name. */
export function MethodMenu({ onDone }: { onDone: () => void }) {
  const panel = usePanel();
  const query = useSignal('');
  const { offered, chosen } = panel.methods;
  const found = useComputed(() => {
    const asked = query.value.trim().toLowerCase();
    const words = asked.split(/\s+/);
    const isNamed = ({ name }: MethodInfo) => name.toLowerCase() === asked;
    return [...offered.value]
      .filter(({ name, doc }) => words.every((word) => `${name} ${titleOfMethod(name)} ${doc}`.toLowerCase().includes(word)))
      .sort((a, b) => Number(isNamed(b)) - Number(isNamed(a)) || a.name.localeCompare(b.name));
  });
  const choose = (name: string | undefined) => {
    if (name === undefined) return;
    panel.runs.choose(name);
    onDone();
  };
  return (
    <div class="method-menu" data-testid="method-menu">
      <ul class="questions" aria-label="Methods by question">
        {offered.value
          .filter(({ question }) => question !== undefined)
          .map(({ name, question }) => (
            <li key={name}>
              <Row name={name} on={name === chosen.value} onChoose={choose}>
                <span>{question}</span>
                <span class="muted">{titleOfMethod(name)}</span>
              </Row>
            </li>
          ))}
      </ul>
      <h2>All methods</h2>
      <label class="field">
        <input
          type="text"
          spellcheck={false}
          data-testid="method-search"
          aria-label="Find a method by Captum's name"
          placeholder={`Find one of ${offered.value.length} by Captum's name`}
          value={query.value}
          onInput={({ currentTarget }) => {
            query.value = currentTarget.value;
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            // else the button that the focus goes back to would be pressed by the same key
            event.preventDefault();
            choose(found.value[0]?.name);
          }}
        />
      </label>
      <ul class="all-methods" aria-label="All methods" data-testid="all-methods">
        {found.value.map(({ name, level, doc }) => (
          <li key={name}>
            <Row name={name} on={name === chosen.value} title={doc} onChoose={choose}>
              <span class="clip">{name}</span>
              <span class="muted">{LEVELS[level]}</span>
            </Row>
          </li>
        ))}
        {found.value.length === 0 && <li class="muted">No method matches.</li>}
      </ul>
      {(panel.methods.info.value?.parameters.length ?? 0) > 0 && (
        <button
          type="button"
          class="link"
          data-testid="edit-parameters"
          onClick={() => {
            panel.methods.editing.value = true;
            onDone();
          }}
        >
          Parameters of {titleOfMethod(chosen.value)}…
        </button>
      )}
    </div>
  );
}

interface RowProps {
  readonly name: string;
  readonly on: boolean;
  readonly title?: string;
  readonly onChoose: (name: string) => void;
  readonly children: ComponentChildren;
}

/** A method of either list. */
function Row({ name, on, title, onChoose, children }: RowProps) {
  return (
    <button
      type="button"
      class={on ? 'question on' : 'question'}
      aria-pressed={on}
      data-method={name}
      title={title}
      onClick={() => onChoose(name)}
    >
      {children}
    </button>
  );
}
