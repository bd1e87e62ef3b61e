import { useComputed, useSignal } from '@preact/signals';
import { usePanel } from '../state/context.ts';

/** How many classes are listed at once; more words find the others. */
const LISTED = 60;

interface Props {
  readonly label: string;
  readonly testid: string;
  readonly onChoose: (index: number) => void;
}

/** Finds any class by words of its label, or by its number. */
export function ClassSearch({ label, testid, onChoose }: Props) {
  const panel = usePanel();
  const query = useSignal('');
  const active = useSignal(0);
  const { labels, classes = 0 } = panel.model.value ?? {};
  const found = useComputed(() => findClasses(query.value, labels, classes));
  const choose = (index: number | undefined) => {
    if (index !== undefined) onChoose(index);
  };
  const list = found.value;
  return (
    <div class="class-search">
      <label class="field">
        <input
          type="text"
          role="combobox"
          spellcheck={false}
          data-testid={testid}
          aria-label={`${label}, by words or number`}
          aria-expanded="true"
          aria-controls="class-options"
          aria-activedescendant={list.length > 0 ? `class-option-${active.value}` : undefined}
          placeholder={`${label}: words or number`}
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value;
            active.value = 0;
          }}
          onKeyDown={(event) => {
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (step) {
              active.value = Math.min(list.length - 1, Math.max(0, active.value + step));
              document.getElementById(`class-option-${active.value}`)?.scrollIntoView({ block: 'nearest' });
            } else if (event.key === 'Enter') choose(list[active.value]?.index);
            else return;
            event.preventDefault();
          }}
        />
      </label>
      <div id="class-options" class="class-options" role="listbox" aria-label="Classes">
        {list.map(({ index, label }, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant
          <div
            key={index}
            id={`class-option-${i}`}
            class={i === active.value ? 'option active' : 'option'}
            role="option"
            aria-selected={i === active.value}
            data-option={index}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => choose(index)}
          >
            <span class="clip">{label ?? `class ${index}`}</span>
            <span class="muted">{index}</span>
          </div>
        ))}
        {list.length === 0 && <p class="muted option">No class matches.</p>}
        {list.length === LISTED && <p class="muted option">More: keep typing.</p>}
      </div>
    </div>
  );
}

interface Found {
  readonly index: number;
  readonly label: string | undefined;
}

/** Classes whose label has every word, or whose number begins with the query; an exact number first. */
function findClasses(query: string, labels: readonly string[] | undefined, classes: number): Found[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const number = /^\s*\d+\s*$/.test(query) ? String(Number(query)) : undefined;
  const found: Found[] = [];
  const exact = Number(number);
  if (number !== undefined && exact < classes) found.push({ index: exact, label: labels?.[exact] });
  for (let index = 0; index < classes && found.length < LISTED; index++) {
    if (index === exact && number !== undefined) continue;
    const label = labels?.[index];
    const byNumber = number !== undefined && String(index).startsWith(number);
    if (byNumber || words.every((word) => label?.toLowerCase().includes(word))) found.push({ index, label });
  }
  return found;
}
