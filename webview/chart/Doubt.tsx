import type { Sweep } from '../../src/protocol/model.ts';
import { usePanel } from '../state/context.ts';

/** Below this probability a network that was fed as it should be seldom is. */
const UNLIKELY = 0.3;

/** Where no class is likely and nothing says how pixels become numbers, the guess may be what is wrong. */
export function Doubt({ sweep }: { sweep: Sweep }) {
  const panel = usePanel();
  const [best] = sweep.prediction.top;
  if (!panel.model.value?.input?.guessed || !best || best.probability >= UNLIKELY) return null;
  return (
    <p class="doubt" data-testid="doubt">
      No class is likely. How pixels become numbers is guessed, perhaps wrongly.{' '}
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
