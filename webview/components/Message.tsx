import { usePanel } from '../state/context.ts';
import { Icon } from './Icon.tsx';

/** What went wrong, in words, with what can be done about it. */
export function Message() {
  const panel = usePanel();
  const problem = panel.work.problem.value;
  if (!problem) return null;
  // what else can fail is asked for again where it was asked for; what is not supported fails again
  const again =
    problem.stage === 'model' || problem.stage === 'process' || (problem.stage === 'explanation' && problem.kind !== 'unsupported');
  return (
    <div class="message" role="alert" data-testid="message" data-kind={problem.kind}>
      <Icon name="warning" />
      <div class="message-text">
        <p class="message-title">{problem.title}</p>
        <p>{problem.message}</p>
      </div>
      <div class="message-actions">
        {again && (
          <button type="button" class="button" data-testid="retry" onClick={() => void panel.retry()}>
            Retry
          </button>
        )}
        {problem.stage === 'copying' && panel.shown.value?.kind === 'map' && (
          <button
            type="button"
            class="button"
            data-testid="save-instead"
            onClick={() => {
              panel.work.problem.value = undefined;
              panel.command.value = { name: 'savePicture' };
            }}
          >
            Save…
          </button>
        )}
        {panel.model.value && (
          <button
            type="button"
            class="icon-button"
            title="Dismiss"
            data-testid="dismiss"
            onClick={() => {
              panel.work.problem.value = undefined;
            }}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
    </div>
  );
}
