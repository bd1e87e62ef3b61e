import { useSignal } from '@preact/signals';
import type { ClassScore, Sweep, Truth } from '../../src/protocol/model.ts';
import { Icon } from '../components/Icon.tsx';
import { isTrueClass, nameOfClass } from '../image/words.ts';
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
  const label = labels?.[truth.index];
  const shown = sweep.prediction.top.find((score) => isTrueClass(score, truth));
  const name = nameOfClass(shown ?? { index: truth.index, ...(label !== undefined && { label }) });
  const isRight = isTrueClass(best, truth);
  return (
    <div class={isRight ? 'truth right' : 'truth wrong'} data-testid="truth" data-right={isRight}>
      <p>
        <Icon name={isRight ? 'check' : 'close'} />
        <span>
          {isRight ? 'Right' : 'Wrong'}: this is <strong>{name}</strong>
          {rankOf(sweep.prediction.top, truth)}
          <span class="muted"> ({truth.where})</span>
        </span>
      </p>
      <p class="truth-offers">
        {!isTrueClass(sweep.target, truth) && (
          <button
            type="button"
            class="link"
            data-testid="explain-truth"
            onClick={() => void panel.setTarget({ kind: 'class', index: truth.index, ...(truth.negated && { negated: true }) })}
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
function rankOf(top: readonly ClassScore[], truth: Truth): string {
  const rank = top.findIndex((score) => isTrueClass(score, truth)) + 1;
  if (rank === 1) return '';
  return rank > 1 ? `, which comes ${ORDINALS[rank]}` : `, which is not among the first ${top.length}`;
}

const ORDINALS: Readonly<Record<number, string>> = { 2: 'second', 3: 'third', 4: 'fourth', 5: 'fifth' };
