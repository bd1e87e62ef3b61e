import type { Sweep } from '../../src/protocol/model.ts';
import type { RegionTarget } from '../../src/protocol/target.ts';
import { DraftField } from '../components/DraftField.tsx';
import { Segments } from '../components/Segments.tsx';
import { useDraft } from '../components/useDraft.ts';
import { usePanel } from '../state/context.ts';
import { formatRange, rangeWithin } from './ranges.ts';

const REDUCE = [
  { value: 'sum', text: 'Sum', title: 'The sum of the values of the region' },
  { value: 'max', text: 'Maximum', title: 'The highest value of the region' },
] as const;

/** Of a model whose output is no vector of classes: which of its values are explained. */
export function RegionPicker({ sweep }: { sweep: Sweep }) {
  const panel = usePanel();
  const { imageAxes } = panel.model.value?.explains ?? {};
  const chosen = panel.chosenTarget.value;
  // what was just chosen is shown before it is explained
  const region = [chosen, sweep.target.target].find((target) => target?.kind === 'region');
  return (
    <div class="region" data-testid="region">
      <p>
        Explained: <strong data-testid="region-text">{sweep.target.text}</strong>, {scoreOf(sweep.target.score)}.
      </p>
      {region && (
        <>
          <Segments
            label="How the values become one"
            testid="reduce"
            value={region.reduce}
            options={REDUCE}
            onChange={(reduce) => void panel.explaining.setTarget({ ...region, reduce })}
          />
          <Ranges region={region} dims={sweep.prediction.dims} imageAxes={imageAxes} />
        </>
      )}
      {imageAxes && region && panel.photo.value && (
        <p>
          <button
            type="button"
            class={panel.drawing.value ? 'button secondary on' : 'button secondary'}
            data-testid="draw-region"
            aria-pressed={panel.drawing.value}
            title="Drag over the image: what the output says there is explained"
            onClick={() => {
              panel.drawing.value = !panel.drawing.peek();
            }}
          >
            {panel.drawing.value ? 'Drag over the image…' : 'Draw a region on the image'}
          </button>
        </p>
      )}
      {chosen && (
        <p>
          <button type="button" class="link" data-testid="usual-target" onClick={() => void panel.explaining.setTarget(undefined)}>
            Back to the usual value
          </button>
        </p>
      )}
    </div>
  );
}

const scoreOf = (score: number): string => Number(score.toPrecision(4)).toLocaleString('en-GB', { maximumSignificantDigits: 4 });

type Axes = readonly [row: number, column: number];

interface RangesProps {
  readonly region: RegionTarget;
  /** Of one example of the explained value. */
  readonly dims: readonly number[];
  readonly imageAxes: Axes | undefined;
}

const RANGES = 'An index (4), a range (10:20), or all (:)';

function Ranges({ region, dims, imageAxes }: RangesProps) {
  const panel = usePanel();
  const inUse = region.ranges.map((range, axis) => formatRange(range, dims[axis] ?? 0));
  const parse = (texts: readonly string[]) => {
    const ranges = texts.map((text, axis) => rangeWithin(text, dims[axis] ?? 0));
    return ranges.every((range) => range !== undefined) ? ranges : undefined;
  };
  const draft = useDraft(inUse, parse, (ranges) => void panel.explaining.setTarget({ ...region, ranges }));
  return (
    <form class="fields" onSubmit={draft.onSubmit}>
      {dims.map((size, axis) => (
        <DraftField
          key={axis}
          draft={draft}
          field={axis}
          name={nameOfAxis(axis, dims, imageAxes)}
          named
          wrong={rangeWithin(draft.texts[axis] ?? '', size) === undefined}
          hint={`${RANGES} of ${size}`}
          testid={`axis-${axis}`}
        />
      ))}
      {!draft.value && <p class="warning">{RANGES}.</p>}
      {draft.isNew && (
        <button type="submit" class="button" data-testid="explain-region">
          Explain
        </button>
      )}
    </form>
  );
}

function nameOfAxis(axis: number, dims: readonly number[], imageAxes: Axes | undefined): string {
  const others = dims.length === 3 && imageAxes ? 'Channels' : `Axis ${axis + 1}`;
  const name = axis === imageAxes?.[0] ? 'Rows' : axis === imageAxes?.[1] ? 'Columns' : others;
  return `${name} (${dims[axis]})`;
}
