import type { ConventionOutcome, InputConvention } from '../../src/protocol/model.ts';
import { formatPercent } from '../chart/percent.ts';
import { usePanel } from '../state/context.ts';
import { Background } from './Background.tsx';
import { SizeField } from './SizeField.tsx';
import { formatValue, withMinus } from './words.ts';

const FIT: Readonly<Record<InputConvention['fit'], string>> = {
  'shorter-side': 'shorter side, then the middle cropped',
  squash: 'squashed to the size',
  letterbox: 'whole, with borders',
  none: 'as it is',
};

/** How the image is prepared, the best classes under every usual convention, and what was chosen, to be kept in a file. */
export function Conventions({ input, onDone }: { input: InputConvention; onDone: () => void }) {
  const panel = usePanel();
  const outcomes = panel.conventions.value;
  const chosen = panel.choices.value.input;
  const hasClasses = (panel.sweep.value?.prediction.top.length ?? 0) > 0;
  return (
    <div class="conventions">
      <h2>What the network is given</h2>
      <dl class="facts">
        <dt>Size</dt>
        <dd>
          <SizeField input={input} />
        </dd>
        <dt>Fit</dt>
        <dd>{FIT[input.fit]}</dd>
        <dt>Numbers</dt>
        <dd>{numbersOf(input)}</dd>
        <dt>Order</dt>
        <dd>
          {input.channels}, {input.layout}
        </dd>
        {panel.photo.value?.hasAlpha && (
          <>
            <dt>Transparent</dt>
            <dd>
              <Background />
            </dd>
          </>
        )}
        {input.inGraph && (
          <>
            <dt>In the model</dt>
            <dd>{input.inGraph}</dd>
          </>
        )}
      </dl>
      {input.guessed && (
        <p class="muted">
          Nothing in the files says how pixels become numbers.
          {hasClasses && ' The right way is usually the one that is surest of the right class; the surest come first.'}
        </p>
      )}
      <Outcomes outcomes={outcomes} onDone={onDone} />
      <p class="conventions-foot">
        <button
          type="button"
          class="button secondary"
          data-testid="save-configuration"
          title="Writes what was chosen here, and chosen class names, into inspectum.json beside the model"
          disabled={!chosen && !panel.choices.value.labels}
          onClick={() => {
            onDone();
            void panel.saveConfiguration();
          }}
        >
          Save to inspectum.json
        </button>
        {chosen && (
          <button
            type="button"
            class="link"
            data-testid="forget-convention"
            onClick={() => {
              onDone();
              void panel.choose({ input: undefined });
            }}
          >
            Back to what was found
          </button>
        )}
      </p>
    </div>
  );
}

function Outcomes({ outcomes, onDone }: { outcomes: readonly ConventionOutcome[] | undefined; onDone: () => void }) {
  const panel = usePanel();
  if (!panel.photo.value) return <p class="muted">With an image, the best classes under the usual conventions are compared here.</p>;
  if (panel.work.problem.value?.stage === 'conventions') return null;
  if (!outcomes) return <p class="muted comparing">Comparing the usual conventions on this image…</p>;
  return (
    <ul class="outcomes" aria-label="Best classes under the usual conventions" data-testid="outcomes">
      {surestFirst(outcomes).map((outcome) => (
        <li key={outcome.name}>
          <button
            type="button"
            class={outcome.current ? 'outcome on' : 'outcome'}
            aria-pressed={outcome.current}
            data-convention={outcome.name}
            onClick={() => {
              onDone();
              if (!outcome.current) void panel.choose({ input: { ...panel.choices.peek().input, ...outcome.settings } });
            }}
          >
            <span class="outcome-name">
              <span class="clip">{withMinus(outcome.name)}</span>
              {outcome.current && <span class="muted">in use</span>}
            </span>
            {outcome.explained && (
              <span class="outcome-top">
                <span>
                  {outcome.explained.text}: <b>{formatValue(outcome.explained.score)}</b>
                </span>
              </span>
            )}
            <span class="outcome-top">
              {outcome.top.map((score, i) => (
                <span key={score.text} class={i === 0 ? 'best' : ''}>
                  {score.text} {formatPercent(score.probability)}
                </span>
              ))}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Where there are no classes, the order is kept. */
const surestFirst = (outcomes: readonly ConventionOutcome[]): readonly ConventionOutcome[] =>
  outcomes.toSorted(({ top: [a] }, { top: [b] }) => (b?.probability ?? 0) - (a?.probability ?? 0));

/** "0 to 1, less 0.485 0.456 0.406, divided by 0.229 0.224 0.225" */
function numbersOf({ range: [black, white], mean, std }: InputConvention): string {
  const list = (values: readonly number[]) => withMinus(values.map((v) => Number(v.toPrecision(4))).join(' '));
  return [
    withMinus(`${black} to ${white}`),
    ...(mean.some((m) => m !== 0) ? [`less ${list(mean)}`] : []),
    ...(std.some((s) => s !== 1) ? [`divided by ${list(std)}`] : []),
  ].join(', ');
}
