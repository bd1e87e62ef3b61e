import type { InputConvention } from '../../src/protocol/model.ts';
import { Icon } from '../components/Icon.tsx';
import { Popover } from '../components/Popover.tsx';
import { usePanel } from '../state/context.ts';
import { Conventions } from './Conventions.tsx';
import { withMinus } from './words.ts';

/** How pixels become the network's input, and what could be chosen instead. */
export function ConventionChip({ input }: { input: InputConvention }) {
  const panel = usePanel();
  return (
    <Popover
      frame="convention"
      testid="input-convention"
      opened={panel.comparing}
      title="How pixels become numbers: compare the usual ways"
      button={
        <>
          <span class="clip">{withMinus(input.name)}</span>
          {input.guessed && <span class="guessed">guessed</span>}
          <Icon name="chevron-down" />
        </>
      }
    >
      {(close) => <Conventions input={input} onDone={close} />}
    </Popover>
  );
}
