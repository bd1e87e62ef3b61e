import { usePanel } from '../state/context.ts';
import { fileNameOf } from '../state/fileName.ts';
import { Icon } from './Icon.tsx';

const NAMES = new Intl.ListFormat('en-GB');

/** Asks whether files that have changed on disk are to be read again. */
export function ChangedFiles() {
  const panel = usePanel();
  const changed = panel.changed.value;
  if (!changed) return null;
  return (
    <div class="message hint" role="status" data-testid="changed">
      <Icon name="warning" />
      <p class="message-text">
        {NAMES.format(changed.files.map(fileNameOf))} {changed.files.length === 1 ? 'has' : 'have'} changed on disk.
      </p>
      <div class="message-actions">
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
    </div>
  );
}
