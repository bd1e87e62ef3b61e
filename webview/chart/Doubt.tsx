import type { Sweep } from '../../src/protocol/model.ts';
import { usePanel } from '../state/context.ts';

/** Probabilities of the best class: below the one none is likely, below the other a network that was fed as it should be seldom is. */
const [UNLIKELY, UNSURE] = [0.3, 0.6];

/** Where no class stands out and nothing says how pixels become numbers, the guess may be what is wrong; or there are no numbers at all. */
export function Doubt({ sweep }: { sweep: Sweep }) {
  const panel = usePanel();
  const [best] = sweep.prediction.top;
  if (best && Number.isNaN(best.score))
    return (
      <p class="doubt" data-testid="doubt">
        The scores are not numbers (NaN).{sweep.notNumbers && ` ${sweep.notNumbers}`}
      </p>
    );
  if (!panel.model.value?.input?.guessed || !best || best.probability >= UNSURE) return null;
  return (
    <p class="doubt" data-testid="doubt">
      {best.probability < UNLIKELY ? 'No class is likely.' : 'The network is not sure.'} How pixels become numbers is guessed, perhaps
      wrongly.{' '}
      <button
        type="button"
        class="link"
        onClick={() => {
          panel.comparing.value = true;
        }}
      >
        Compare the usual ways
      </button>
    </p>
  );
}
