import { usePanel } from '../state/context.ts';

/** What is being done, when it takes long enough to be told, and a way to end it. */
export function Working() {
  const panel = usePanel();
  const job = panel.work.job.value;
  if (!job || !panel.work.slow.value) return null;
  const { text = job.text, fraction } = panel.work.progress.value ?? {};
  const known = fraction !== undefined;
  return (
    <div class="working" role="status" data-testid="working">
      <span>{text}</span>
      <span
        class={known ? 'progress' : 'progress unknown'}
        role="progressbar"
        aria-label={text}
        {...(known && { 'aria-valuenow': Math.round(fraction * 100), 'aria-valuemin': 0, 'aria-valuemax': 100 })}
      >
        <i style={known ? { width: `${fraction * 100}%` } : {}} />
      </span>
      {panel.model.value && (
        <button type="button" class="link" data-testid="cancel" onClick={() => panel.cancel()}>
          Cancel
        </button>
      )}
    </div>
  );
}
