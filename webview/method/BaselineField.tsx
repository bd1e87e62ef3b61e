import { useSignal } from '@preact/signals';
import { BASELINE_KINDS, type BaselineKindName, describeFiles } from '../../src/image/baselines.ts';
import type { BaselineSpec } from '../../src/protocol/baselines.ts';
import type { BaselineSort } from '../../src/protocol/methods.ts';
import { DraftField } from '../components/DraftField.tsx';
import { DraftForm } from '../components/DraftForm.tsx';
import { useDraft } from '../components/useDraft.ts';
import { usePanel } from '../state/context.ts';

const KINDS = Object.entries(BASELINE_KINDS).map(([value, { label }]) => ({ value, label }));

/** Distributions that are made of an image's pixels; Captum asks for one, and leaves which to the person. */
const DISTRIBUTIONS = [
  { value: 'noise:20', label: '20 pictures of uniform noise' },
  { value: 'noise:50', label: '50 pictures of uniform noise' },
] as const;

/** Options that are no baseline of their own. */
const [OTHER, FILES] = ['other', 'files'];

interface Props {
  readonly of: BaselineSort;
}

/**
 * What is compared with: for an image a kind in terms of its pixels, images or arrays of one's own, or a number; for a layer's value, which
 * is no picture, an array or a number.
 */
export function BaselineField({ of }: Props) {
  const panel = usePanel();
  const { baseline } = panel.methods.own.value;
  const writing = useSignal(false);
  const isDistribution = of === 'distribution';
  const takesImage = of !== 'layer' && panel.model.value?.input !== undefined;
  const options = isDistribution ? DISTRIBUTIONS : KINDS;
  const current = baseline === undefined ? (isDistribution ? '' : 'zero') : String(baseline);
  const isOption = current === '' || options.some(({ value }) => value === current);
  const files = isOption || typeof baseline === 'number' ? [] : filesOf(baseline);
  const isOther = writing.value || !takesImage || (!isOption && files.length === 0);
  return (
    <span class="inline-form baseline-form">
      {takesImage && (
        <label class="baseline-choice">
          <span class="muted">Baseline</span>
          <select
            data-testid="baseline-kind"
            title={hintOf(current, files)}
            value={isOther ? OTHER : files.length > 0 ? FILES : current}
            onChange={({ currentTarget: { value } }) => {
              writing.value = value === OTHER;
              if (value !== OTHER && value !== FILES) panel.methods.change({ baseline: value });
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
            {files.length > 0 && <option value={FILES}>{describeFiles(files)}</option>}
            <option value={OTHER}>A number or a path…</option>
          </select>
        </label>
      )}
      {isOther && <OtherBaseline inUse={takesImage && (isOption || files.length > 1) ? '' : current} of={of} named={!takesImage} />}
      <button
        type="button"
        class="link"
        data-testid="choose-baselines"
        title={
          takesImage
            ? `${isDistribution ? 'Images that are a distribution together' : 'Another image'}, or a .npy file`
            : `A .npy file that NumPy has saved${of === 'layer' ? ", of the shape of the layer's value" : ''}`
        }
        onClick={() => {
          writing.value = false;
          void panel.runs.chooseBaselines(of);
        }}
      >
        {!takesImage ? '.npy file…' : isDistribution ? 'Images…' : 'Another image…'}
      </button>
    </span>
  );
}

/** The files that a baseline is made of; of one that is told by input, none. */
function filesOf(baseline: BaselineSpec | undefined): readonly string[] {
  if (Array.isArray(baseline)) return baseline.map(String);
  return typeof baseline === 'string' ? [baseline] : [];
}

function hintOf(current: string, files: readonly string[]): string {
  if (files.length > 0) return files.join('\n');
  return current in BASELINE_KINDS ? BASELINE_KINDS[current as BaselineKindName].doc : 'What stands for nothing';
}

function OtherBaseline({ inUse, of, named }: Props & { inUse: string; named: boolean }) {
  const panel = usePanel();
  const draft = useDraft([inUse], parseBaseline, (chosen) => panel.methods.change({ baseline: chosen }));
  return (
    <DraftForm draft={draft}>
      <DraftField
        draft={draft}
        name="Baseline"
        named={named}
        wrong={false}
        hint={
          of === 'layer'
            ? "A number for every element of the layer's value, or the path of a .npy file of its shape"
            : 'A number for every element, or the path of an image, of a folder of images or of a .npy file'
        }
        placeholder="number or path"
        testid="baseline"
      />
    </DraftForm>
  );
}

function parseBaseline([text = '']: readonly string[]): BaselineSpec | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
}
