import { Icon } from '../components/Icon.tsx';
import { Popover } from '../components/Popover.tsx';
import { usePanel } from '../state/context.ts';
import { InputList, nameOfSource } from './InputList.tsx';

/** The inputs of a model that takes more, or something else, than one image. */
export function InputsChip() {
  const panel = usePanel();
  const { inputs = [] } = panel.model.value ?? {};
  const { sources = {}, missing = [] } = panel.given.value ?? {};
  const [first] = inputs.length === 1 ? Object.values(sources) : [];
  return (
    <Popover
      frame="inputs-frame"
      testid="inputs-chip"
      title="What the inputs of the model are given"
      button={
        <>
          <span class="clip">{first ? nameOfSource(first) : `${inputs.length - missing.length} of ${inputs.length} inputs`}</span>
          <Icon name="chevron-down" />
        </>
      }
    >
      {() => <InputList />}
    </Popover>
  );
}
