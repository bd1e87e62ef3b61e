import { useSignal, useSignalEffect } from '@preact/signals';
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
  const close = () => {
    open.value = false;
  };
  if (open.value)
    return (
      <ClassSearch
        label="Class to explain"
        testid="class-search"
        onChoose={(index) => {
          close();
          void panel.setTarget({ kind: 'class', index });
        }}
        onClose={close}
      />
    );
  return (
    <button
      type="button"
      class="link more"
      data-testid="another-class"
      onClick={() => {
        open.value = true;
      }}
    >
      Explain another class…
    </button>
  );
}
