import { useSignal } from '@preact/signals';
import type { ClassScore, Sweep } from '../../src/protocol/model.ts';
import { Icon } from '../components/Icon.tsx';
import { nameOfClass } from '../image/words.ts';
import { usePanel } from '../state/context.ts';
import { ClassSearch } from './ClassSearch.tsx';

/** Which class the image is known to show, whether the network found it, and a way to say it. */
export function TrueClass({ sweep }: { sweep: Sweep }) {
  const panel = usePanel();
  const searching = useSignal(false);
  const { labels } = panel.model.value ?? {};
  const truth = panel.photo.value?.truth;
  const [best] = sweep.prediction.top;
  if (!best) return null;
  const say = (index: number | null) => {
    searching.value = false;
    void panel.setTruth(index);
  };
  if (searching.value)
    return (
      <ClassSearch
        label="The true class"
        testid="truth-search"
        onChoose={say}
        onClose={() => {
          searching.value = false;
        }}
      />
    );
  const search = (text: string) => (
    <button
      type="button"
      class="link"
      data-testid="set-truth"
      onClick={() => {
        searching.value = true;
      }}
    >
      {text}
    </button>
  );
  if (!truth) return <p class="truth">{search('Set the true class…')}</p>;
  const name = nameOfClass({ index: truth.index, ...(labels?.[truth.index] !== undefined && { label: labels[truth.index] as string }) });
  const isRight = best.index === truth.index;
  return (
    <div class={isRight ? 'truth right' : 'truth wrong'} data-testid="truth" data-right={isRight}>
      <p>
        <Icon name={isRight ? 'check' : 'close'} />
        <span>
          {isRight ? 'Right' : 'Wrong'}: this is <strong>{name}</strong>
          {rankOf(sweep.prediction.top, truth.index)}
          <span class="muted"> ({truth.where})</span>
        </span>
      </p>
      <p class="truth-offers">
        {sweep.target.index !== truth.index && (
          <button
            type="button"
            class="link"
            data-testid="explain-truth"
            onClick={() => void panel.setTarget({ kind: 'class', index: truth.index })}
          >
            Explain {name}
          </button>
        )}
        {search('Change…')}
        {truth.from === 'hand' && (
          <button type="button" class="link" onClick={() => say(null)}>
            Forget
          </button>
        )}
      </p>
    </div>
  );
}

/** ", the network's choice number 3" where it is among the best but not the first. */
function rankOf(top: readonly ClassScore[], index: number): string {
  const rank = top.findIndex((score) => score.index === index) + 1;
  if (rank === 1) return '';
  return rank > 1 ? `, which comes ${ORDINALS[rank]}` : `, which is not among the first ${top.length}`;
}

const ORDINALS: Readonly<Record<number, string>> = { 2: 'second', 3: 'third', 4: 'fourth', 5: 'fifth' };
