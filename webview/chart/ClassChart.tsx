import { useMemo } from 'preact/hooks';
import type { ClassScore } from '../../src/protocol/model.ts';
import type { Target } from '../../src/protocol/target.ts';
import { Icon } from '../components/Icon.tsx';
import { usePanel } from '../state/context.ts';
import { OutputPicker } from '../target/OutputPicker.tsx';
import { RegionPicker } from '../target/RegionPicker.tsx';
import { AnotherClass } from './AnotherClass.tsx';
import { BarChart, type Config, LYING } from './BarChart.tsx';
import { type ThemeColors, useThemeColors } from './colors.ts';
import { Doubt } from './Doubt.tsx';
import { Labelling } from './Labelling.tsx';
import { formatPercent } from './percent.ts';
import { RatherThan } from './RatherThan.tsx';
import { isSameClass } from './sameClass.ts';
import { TrueClass } from './TrueClass.tsx';

/** Pixels of the bars; the rows they lie in are the style sheet's. */
const BAR = 6;

/** The most probable classes on a scale of 0 to 100%; choosing one explains it. */
export function ClassChart() {
  const panel = usePanel();
  const colors = useThemeColors();
  const sweep = panel.sweep.value;
  const top = sweep?.prediction.top.slice(0, 5) ?? [];
  const target = sweep?.target;
  const truth = panel.photo.value?.truth;
  const config = useMemo(
    () =>
      configOf(
        top.map((score) => score.probability * 100),
        top.findIndex((score) => isSameClass(score, target)),
        colors,
      ),
    [sweep, colors],
  );
  if (!sweep || !target)
    return panel.ready.value ? (
      <section class="prediction" aria-label="Prediction">
        <div class="section-header">
          <h2>Prediction</h2>
        </div>
        <div class="class-chart waiting-chart" />
      </section>
    ) : null;
  if (top.length === 0)
    return (
      <section class="prediction" aria-label="Prediction">
        <div class="section-header">
          <h2>Prediction</h2>
        </div>
        <OutputPicker />
        <p class="muted prediction-scale">
          {sweep.prediction.output}: {sweep.prediction.scale}.
        </p>
        <RegionPicker sweep={sweep} />
      </section>
    );
  const outside = !top.some((score) => isSameClass(score, target));
  return (
    <section class="prediction" aria-label="Prediction">
      <div class="section-header">
        <h2>Prediction</h2>
        <span class="muted clip" title={sweep.prediction.scale}>
          {sweep.prediction.scale}
        </span>
      </div>
      <OutputPicker />
      <div class="class-chart" data-testid="class-chart">
        {top.map((score) => (
          <button
            key={`${score.index} ${score.negated}`}
            type="button"
            class={isSameClass(score, target) ? 'class-row on' : 'class-row'}
            aria-pressed={isSameClass(score, target)}
            data-class={score.index}
            title={`Class ${score.index}, score ${Number(score.score.toPrecision(4))}`}
            onClick={() => void panel.explaining.setTarget(targetOf(score))}
          >
            <span class="class-mark">{isSameClass(score, target) && <Icon name="target" />}</span>
            <span class="clip">
              {score.text}
              {isSameClass(score, truth) && <span class="muted"> true class</span>}
            </span>
            <span />
            <span class="class-value">{formatPercent(score.probability)}</span>
          </button>
        ))}
        <div class="class-bars" aria-hidden="true">
          <BarChart config={config} />
        </div>
      </div>
      <div class="class-axis" aria-hidden="true">
        <span>0</span>
        <span>50</span>
        <span>100%</span>
      </div>
      {outside && (
        <p class="class-outside" data-testid="outside-target">
          <Icon name="target" />
          <span class="clip">{target.text}</span>
          {target.target.kind === 'class' && <span class="class-value">{formatPercent(target.probability)}</span>}
        </p>
      )}
      <Doubt sweep={sweep} />
      {panel.model.value?.classes !== 1 && <AnotherClass />}
      {panel.model.value?.classes !== 1 && <RatherThan sweep={sweep} />}
      <TrueClass sweep={sweep} />
      <Labelling />
    </section>
  );
}

const targetOf = ({ index, negated }: ClassScore): Target => ({ kind: 'class', index, ...(negated && { negated }) });

function configOf(percents: number[], on: number, { bar, link, track }: ThemeColors): Config {
  const whole = percents.map(() => 100);
  return {
    type: 'bar',
    data: {
      labels: percents.map(String),
      datasets: [
        { data: percents, backgroundColor: percents.map((_, i) => (i === on ? link : bar)), barThickness: BAR, grouped: false },
        { data: whole, backgroundColor: track, barThickness: BAR, grouped: false },
      ],
    },
    options: {
      ...LYING,
      scales: {
        x: { min: 0, max: 100, display: false },
        y: { display: false },
      },
    },
  };
}
