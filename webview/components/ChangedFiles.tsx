import { usePanel } from '../state/context.ts';
import { fileNameOf } from '../state/fileName.ts';
import { Icon } from './Icon.tsx';

/** Asks whether files that have changed on disk are to be read again. */
export function ChangedFiles() {
  const panel = usePanel();
  const changed = panel.changed.value;
  if (!changed) return null;
  return (
    <div class="message hint" role="status" data-testid="changed">
      <Icon name="warning" />
      <p class="message-text">
        {changed.files.map(fileNameOf).join(', ')} {changed.files.length === 1 ? 'has' : 'have'} changed on disk.
      </p>
      <button type="button" class="button" data-testid="reload" onClick={() => void panel.reload()}>
        Reload
      </button>
      <button
        type="button"
        class="icon-button"
        title="Dismiss"
        onClick={() => {
          panel.changed.value = undefined;
        }}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
