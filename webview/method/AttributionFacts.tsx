import { formatValue } from '../image/words.ts';
import { usePanel } from '../state/context.ts';
import { ComparedWith } from './BaselinePictures.tsx';
import { describeCompleteness, formatDuration } from './words.ts';

const METRICS: Readonly<Record<string, string>> = {
  infidelity: 'Infidelity, how badly it foretells what perturbations do to the score (0 is best)',
  sensitivity_max: 'Maximum sensitivity, how much it changes when the input hardly does (0 is best)',
};

/** What else came of a method: how complete it is, how it was sampled, and what must be known to read it. */
export function AttributionFacts() {
  const panel = usePanel();
  const view = panel.methods.view.value;
  if (!view) return null;
  const { samples, remarks, fraction, ms } = view;
  if (fraction !== undefined)
    return (
      <p class="muted" data-testid="partial">
        So far: {Math.round(fraction * 100)}% of the passes.
      </p>
    );
  const completeness = describeCompleteness(view);
  return (
    <div class="words" data-testid="attribution-facts">
      {completeness && (
        <p class={completeness.isClose ? 'muted' : 'warning'} data-testid="completeness">
          {completeness.text}
        </p>
      )}
      <ComparedWith view={view} />
      {remarks.map((remark) => (
        <p key={remark} class="muted">
          {remark}
        </p>
      ))}
      {Object.entries(view.metrics ?? {}).map(([name, value]) => (
        <p key={name} data-testid={name}>
          {METRICS[name] ?? name}: {formatValue(value)}
        </p>
      ))}
      <p class="muted">
        {samples !== undefined && `Made from ${samples} samples. `}
        Computed in {formatDuration(ms)}.
      </p>
    </div>
  );
}
