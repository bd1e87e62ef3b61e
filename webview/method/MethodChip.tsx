import { Icon } from '../components/Icon.tsx';
import { Popover } from '../components/Popover.tsx';
import { usePanel } from '../state/context.ts';
import { MethodMenu } from './MethodMenu.tsx';
import { titleOfMethod } from './words.ts';

/** Which method explains, and a menu of all others. */
export function MethodChip() {
  const panel = usePanel();
  const { info, chosen } = panel.methods;
  return (
    <Popover
      frame="method-frame"
      testid="method"
      title={info.value ? `${info.value.doc} Click for other methods.` : 'The method that explains'}
      button={
        <>
          <span class="clip">{titleOfMethod(chosen.value)}</span>
          <Icon name="chevron-down" />
        </>
      }
    >
      {(close) => <MethodMenu onDone={close} />}
    </Popover>
  );
}
