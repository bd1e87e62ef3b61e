import { Icon } from '../components/Icon.tsx';
import { Popover } from '../components/Popover.tsx';
import { usePanel } from '../state/context.ts';
import { BaselineField } from './BaselineField.tsx';
import { ChosenBaselines } from './BaselinePictures.tsx';
import { NeuronField } from './NeuronField.tsx';
import { ParameterForm } from './ParameterForm.tsx';
import { describeCost } from './words.ts';

/** What the chosen method is told, and the button that runs it where it takes its time. */
export function MethodBar() {
  const panel = usePanel();
  const { info, own, isSwept, cost, view, isQuick, editing } = panel.methods;
  const method = info.value;
  if (!method || !panel.sweep.value || (isSwept.value && !editing.value)) return null;
  const isSet = Object.keys(own.value.set).length > 0;
  const runs = !isSwept.value && cost.value && !isQuick.value;
  const isRunning = panel.work.job.value !== undefined;
  const lacksBaselines = method.baselines === 'distribution' && own.value.baseline === undefined;
  return (
    <section class="method-bar" aria-label={`Settings of ${method.name}`} data-testid="method-bar">
      <div class="method-row">
        {method.level === 'neuron' && <NeuronField />}
        {method.baselines !== 'none' && <BaselineField key={method.name} of={method.baselines} />}
        {method.parameters.length > 0 && (
          <Popover
            frame="parameters-frame"
            testid="parameters"
            title={`Parameters of ${method.name}, by Captum's names`}
            opened={editing}
            button={
              <>
                <span>Parameters</span>
                {isSet && <span class="guessed">changed</span>}
                <Icon name="chevron-down" />
              </>
            }
          >
            {() => <ParameterForm parameters={method.parameters} />}
          </Popover>
        )}
        <span class="space" />
        {lacksBaselines && <span class="muted">Choose what it compares with, to run it</span>}
        {runs && !isRunning && (!view.value || view.value.fraction !== undefined) && (
          <>
            <span class="muted" data-testid="cost">
              {describeCost(cost.value as NonNullable<typeof cost.value>)}
            </span>
            <button
              type="button"
              class="button"
              data-testid="run"
              onClick={() => {
                panel.methods.picking.value = false;
                void panel.runs.run();
              }}
            >
              {view.value ? 'Run again' : 'Run'}
            </button>
          </>
        )}
      </div>
      {method.baselines !== 'none' && <ChosenBaselines />}
    </section>
  );
}
