import type { ClassScore, ShownClass, Sweep } from '../../src/protocol/model.ts';
import { Disclosure } from '../components/Disclosure.tsx';
import { Icon } from '../components/Icon.tsx';
import { usePanel } from '../state/context.ts';
import { ClassSearch } from './ClassSearch.tsx';
import { isSameClass } from './sameClass.ts';

/** Which class the image is known to show, whether the network found it, and a way to say it. */
export function TrueClass({ sweep }: { sweep: Sweep }) {
  const panel = usePanel();
  const photo = panel.photo.value;
  const { top } = sweep.prediction;
  const [best] = top;
  if (!photo || !best) return null;
  const { truth } = photo;
  if (!truth)
    return (
      <div class="truth links">
        <TrueClassChoice top={top} text="Set the true class…" />
      </div>
    );
  const name = top.find((score) => isSameClass(score, truth))?.text ?? panel.model.value?.labels?.[truth.index] ?? `class ${truth.index}`;
  const isRight = isSameClass(best, truth);
  const { index, negated } = truth;
  return (
    <div class={isRight ? 'truth right' : 'truth wrong'} data-testid="truth" data-right={isRight}>
      <p>
        <Icon name={isRight ? 'check' : 'close'} />
        <span>
          {isRight ? 'Right' : 'Wrong'}: this is <strong>{name}</strong>
          {rankOf(top, truth)}
          <span class="muted"> ({truth.where})</span>
        </span>
      </p>
      <div class="links">
        {!isSameClass(truth, sweep.target) && (
          <button
            type="button"
            class="link"
            data-testid="explain-truth"
            onClick={() => void panel.explaining.setTarget({ kind: 'class', index, ...(negated && { negated }) })}
          >
            Explain {name}
          </button>
        )}
        <TrueClassChoice top={top.filter((score) => !isSameClass(score, truth))} text="Change…" />
        {truth.from === 'hand' && (
          <button type="button" class="link" data-testid="forget-truth" onClick={() => void panel.inputs.setTruth(null)}>
            Forget
          </button>
        )}
      </div>
    </div>
  );
}

/** A search among all classes; of a single score, which has two, a link for each. */
function TrueClassChoice({ top, text }: { top: readonly ClassScore[]; text: string }) {
  const panel = usePanel();
  const say = ({ index, negated }: ShownClass) => void panel.inputs.setTruth({ index, ...(negated && { negated }) });
  if (panel.model.value?.classes === 1)
    return (
      <>
        <span class="muted">True class:</span>
        {top.map((score) => (
          <button key={score.text} type="button" class="link" data-testid="set-truth" onClick={() => say(score)}>
            {score.text}
          </button>
        ))}
      </>
    );
  return (
    <Disclosure text={text} testid="set-truth">
      {(close) => (
        <ClassSearch
          label="The true class"
          testid="truth-search"
          onChoose={(index) => {
            close();
            say({ index });
          }}
        />
      )}
    </Disclosure>
  );
}

/** ", which comes third" where it is among the best but not the first. */
function rankOf(top: readonly ClassScore[], truth: ShownClass): string {
  const rank = top.findIndex((score) => isSameClass(score, truth));
  if (rank === 0) return '';
  return rank > 0 ? `, which comes ${ORDINALS[rank]}` : `, which is not among the first ${top.length}`;
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth'];
