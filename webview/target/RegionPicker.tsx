import { useSignal, useSignalEffect } from '@preact/signals';
import type { Sweep } from '../../src/protocol/model.ts';
import type { RegionTarget } from '../../src/protocol/target.ts';
import { Segments } from '../components/Segments.tsx';
import { formatValue } from '../image/words.ts';
import { usePanel } from '../state/context.ts';
import { formatRange, parseRange } from './ranges.ts';

const REDUCE = [
  { value: 'sum', text: 'Sum', title: 'The sum of the values of the region' },
  { value: 'max', text: 'Maximum', title: 'The highest value of the region' },
] as const;

/** Of a model whose output is no vector of classes: which of its values are explained. */
export function RegionPicker({ sweep }: { sweep: Sweep }) {
  const panel = usePanel();
  const { dims, imageAxes, value } = panel.model.value?.explains ?? { value: '' };
  const { target } = sweep.target;
  const region = target.kind === 'region' ? target : undefined;
  return (
    <div class="region" data-testid="region">
      <p>
        Explained: <strong data-testid="region-text">{sweep.target.text}</strong>, {formatValue(sweep.target.score)}.
      </p>
      {dims && region && <Ranges key={JSON.stringify([value, region])} dims={dims} region={region} imageAxes={imageAxes} />}
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
      {panel.chosenTarget.value && (
        <p>
          <button type="button" class="link" data-testid="usual-target" onClick={() => void panel.setTarget(undefined)}>
            Back to the usual value
          </button>
        </p>
      )}
    </div>
  );
}

interface RangesProps {
  readonly dims: readonly number[];
  readonly region: RegionTarget;
  readonly imageAxes: readonly [row: number, column: number] | undefined;
}

function Ranges({ dims, region, imageAxes }: RangesProps) {
  const panel = usePanel();
  const reduce = useSignal(region.reduce);
  const texts = useSignal(region.ranges.map((range, axis) => formatRange(range, dims[axis] ?? 0)));
  const ranges = texts.value.map((text, axis) => parseRange(text, dims[axis] ?? 0));
  const isValid = ranges.every((range) => range !== undefined);
  const isNew = isValid && (JSON.stringify(ranges) !== JSON.stringify(region.ranges) || reduce.value !== region.reduce);
  useSignalEffect(() => {
    if (reduce.value !== region.reduce) void panel.setTarget({ ...region, reduce: reduce.value });
  });
  return (
    <form
      class="ranges"
      onSubmit={(event) => {
        event.preventDefault();
        if (isNew) void panel.setTarget({ kind: 'region', reduce: reduce.value, ranges: ranges as RegionTarget['ranges'] });
      }}
    >
      <Segments
        label="How the values become one"
        testid="reduce"
        value={reduce.value}
        options={REDUCE}
        onChange={(next) => {
          reduce.value = next;
        }}
      />
      {dims.map((size, axis) => (
        <label key={axis} class="range">
          <span class="muted">{nameOfAxis(axis, size, imageAxes)}</span>
          <span class="field">
            <input
              type="text"
              data-axis={axis}
              aria-invalid={ranges[axis] === undefined}
              title={`An index (4), a range (10:20) or all (:) of ${size}`}
              value={texts.value[axis] ?? ''}
              onInput={({ currentTarget }) => {
                texts.value = texts.peek().map((text, i) => (i === axis ? currentTarget.value : text));
              }}
            />
          </span>
        </label>
      ))}
      {!isValid && <p class="labelling-warning">An index (4), a range (10:20), or all (:).</p>}
      {isNew && (
        <button type="submit" class="button" data-testid="explain-region">
          Explain
        </button>
      )}
    </form>
  );
}

function nameOfAxis(axis: number, size: number, imageAxes: readonly [number, number] | undefined): string {
  const [row, column] = imageAxes ?? [];
  const name = axis === row ? 'Rows' : axis === column ? 'Columns' : `Axis ${axis + 1}`;
  return `${name} (${size})`;
}
