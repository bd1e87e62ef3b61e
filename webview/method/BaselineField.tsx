import { useSignal } from '@preact/signals';
import { BASELINE_KINDS, type BaselineKindName } from '../../src/image/baselines.ts';
import type { BaselineSpec } from '../../src/protocol/baselines.ts';
import { DraftField } from '../components/DraftField.tsx';
import { useDraft } from '../components/useDraft.ts';
import { usePanel } from '../state/context.ts';

const KINDS = Object.entries(BASELINE_KINDS) as readonly (readonly [BaselineKindName, (typeof BASELINE_KINDS)[BaselineKindName]])[];

/** Distributions that are made of an image's pixels; Captum asks for one, and leaves which to the person. */
const DISTRIBUTIONS = [
  { value: 'noise:20', label: '20 pictures of uniform noise' },
  { value: 'noise:50', label: '50 pictures of uniform noise' },
] as const;

const OTHER = 'other';

/** What the input is compared with: a kind in terms of pixels, or a number, an image or an array. */
export function BaselineField({ isDistribution }: { isDistribution: boolean }) {
  const panel = usePanel();
  const { baseline } = panel.methods.own.value;
  const writing = useSignal(false);
  const takesImage = panel.model.value?.input !== undefined;
  const options = isDistribution ? DISTRIBUTIONS : KINDS.map(([value, { label }]) => ({ value, label }));
  const current = baseline === undefined ? (isDistribution ? '' : 'zero') : String(baseline);
  const isKnown = current === '' || options.some(({ value }) => value === current);
  const isOther = writing.value || !isKnown || !takesImage;
  return (
    <span class="inline-form">
      {takesImage && (
        <label class="baseline-choice">
          <span class="muted">Baseline</span>
          <select
            data-testid="baseline-kind"
            title={isKnown && current in BASELINE_KINDS ? BASELINE_KINDS[current as BaselineKindName].doc : 'What stands for nothing'}
            value={isOther ? OTHER : current}
            onChange={({ currentTarget: { value } }) => {
              writing.value = value === OTHER;
              if (value !== OTHER) panel.methods.change({ baseline: value });
            }}
          >
            {isDistribution && (
              <option value="" disabled>
                Choose a distribution
              </option>
            )}
            {options.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
            <option value={OTHER}>A number or a file…</option>
          </select>
        </label>
      )}
      {isOther && <OtherBaseline inUse={isKnown && takesImage ? '' : current} named={!takesImage} />}
    </span>
  );
}

function OtherBaseline({ inUse, named }: { inUse: string; named: boolean }) {
  const panel = usePanel();
  const draft = useDraft([inUse], parseBaseline, (chosen) => panel.methods.change({ baseline: chosen }));
  return (
    <form class="inline-form" onSubmit={draft.onSubmit}>
      <DraftField
        draft={draft}
        name="Baseline"
        named={named}
        wrong={false}
        hint="A number for every element, or the path of an image, of a folder of images or of a .npy file"
        placeholder="number or path"
        testid="baseline"
      />
      {draft.isNew && (
        <button type="submit" class="link">
          Use
        </button>
      )}
    </form>
  );
}

function parseBaseline([text = '']: readonly string[]): BaselineSpec | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
}
