import { sharedScaleOf } from '../picture/words.ts';
import { usePanel } from '../state/context.ts';

/** What is compared with what was shown before files were read again, or why nothing is. */
export function Compared() {
  const panel = usePanel();
  const picture = panel.picture.value;
  if (!panel.before.isOn.value || !panel.sweep.value) return null;
  const isShown = panel.shown.value?.kind === 'map';
  const hasBefore = panel.mapBefore.value !== undefined;
  const text = hasBefore && isShown ? sharedScaleOf(picture.kind === 'seen' ? picture.style : undefined) : whyNothing();
  if (!text || picture.kind === 'problem') return null;
  return (
    <p class="muted" data-testid="compared">
      {text}
    </p>
  );

  function whyNothing(): string | undefined {
    if (panel.work.job.value) return undefined;
    if (hasBefore) return 'The map of before is kept, and stands beside the new one when that is computed.';
    if (!isShown) return undefined;
    return panel.isOfSweep.value
      ? 'This layer had no map before the files were read again: only the new one is shown.'
      : 'Before the files were read again this was not computed with these settings: only the new map is shown.';
  }
}
