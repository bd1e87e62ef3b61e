import { useSignal, useSignalEffect } from '@preact/signals';
import { Disclosure } from '../components/Disclosure.tsx';
import { usePanel } from '../state/context.ts';
import { ClassSearch } from './ClassSearch.tsx';

/** Makes any class the target. */
export function AnotherClass() {
  const panel = usePanel();
  const open = useSignal(false);
  useSignalEffect(() => {
    if (panel.command.value?.name !== 'chooseTarget') return;
    // taken: this component goes and comes with the prediction
    panel.command.value = undefined;
    open.value = true;
  });
  return (
    <div class="more">
      <Disclosure text="Explain another class…" testid="another-class" opened={open}>
        {(close) => (
          <ClassSearch
            label="Class to explain"
            testid="class-search"
            onChoose={(index) => {
              close();
              void panel.explaining.setTarget({ kind: 'class', index });
            }}
          />
        )}
      </Disclosure>
    </div>
  );
}
