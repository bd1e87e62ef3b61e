import type { Sweep } from '../../src/protocol/model.ts';
import { Disclosure } from '../components/Disclosure.tsx';
import { usePanel } from '../state/context.ts';
import { ClassSearch } from './ClassSearch.tsx';

/** Explains the target rather than another class: the difference of the two scores. */
export function RatherThan({ sweep: { target } }: { sweep: Sweep }) {
  const panel = usePanel();
  const explained = target.target;
  const base = explained.kind === 'class' && !explained.negated ? explained.index : undefined;
  if (base === undefined)
    return explained.kind === 'sum' ? (
      <div class="more">
        <button type="button" class="link" data-testid="one-class" onClick={() => void panel.explaining.setTarget(undefined)}>
          Back to one class
        </button>
      </div>
    ) : null;
  return (
    <div class="more">
      <Disclosure text={`Why ${target.text} rather than…`} testid="rather-than">
        {(close) => (
          <ClassSearch
            label="Rather than"
            testid="rather-search"
            onChoose={(index) => {
              close();
              if (index === base) return;
              const terms = [
                { index: base, weight: 1 },
                { index, weight: -1 },
              ];
              void panel.explaining.setTarget({ kind: 'sum', terms });
            }}
          />
        )}
      </Disclosure>
    </div>
  );
}
