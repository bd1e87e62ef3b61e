import { Icon } from '../components/Icon.tsx';
import { Popover } from '../components/Popover.tsx';
import { usePanel } from '../state/context.ts';
import { InputList } from './InputList.tsx';

/** The inputs of a model that takes more, or something else, than one image. */
export function InputsChip() {
  const panel = usePanel();
  const count = panel.model.value?.inputs.length ?? 0;
  const missing = panel.given.value?.missing.length ?? count;
  return (
    <Popover
      frame="inputs-frame"
      testid="inputs-chip"
      title="What the inputs of the model are given"
      button={
        <>
          <span>
            {count - missing} of {count} input{count === 1 ? '' : 's'}
          </span>
          <Icon name="chevron-down" />
        </>
      }
    >
      {() => <InputList />}
    </Popover>
  );
}
