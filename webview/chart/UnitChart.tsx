import { useMemo } from 'preact/hooks';
import type { Explained, UnitContributions } from '../../src/protocol/model.ts';
import { endOf, readingOf } from '../image/readings.ts';
import { formatValue } from '../image/words.ts';
import { usePanel } from '../state/context.ts';
import { BarChart, type Config, LYING } from './BarChart.tsx';
import { type ThemeColors, useThemeColors } from './colors.ts';

/** Pixels of a row, and of the axis under them. */
const [ROW, AXIS] = [22, 28];

/** The strongest units of a layer without height and width, by activation × gradient. */
export function UnitChart({ units, target, height }: { units: UnitContributions; target: Explained; height: number }) {
  const panel = usePanel();
  const colors = useThemeColors();
  const { labels, classes } = panel.model.value ?? {};
  const lost = units.units.filter(({ value }) => Number.isNaN(value)).length;
  const some = units.units.filter(({ value }) => value !== 0 && !Number.isNaN(value));
  const shown = some.slice(0, Math.max(5, Math.floor((height - 100) / ROW)));
  const named = units.count === classes ? labels : undefined;
  const names = shown.map(({ index }) => named?.[index] ?? `unit ${index}`);
  const config = useMemo(
    () =>
      configOf(
        names,
        shown.map(({ value }) => value),
        colors,
      ),
    [units, shown.length, colors],
  );
  const reading = readingOf(panel.methods.isPicking.value ? undefined : panel.methods.info.value, panel.methods.set.value);
  return (
    <div class="unit-chart" data-testid="unit-chart">
      <p class="meaning" data-testid="meaning">
        {units.why}
      </p>
      {lost > 0 && (
        <p class="warning" data-testid="lost-units">
          {lost === units.count ? 'None of them is a number' : `${lost} of the ${units.count} units are not numbers`} (NaN).{' '}
          {panel.sweep.value?.notNumbers}
        </p>
      )}
      <p class="muted">
        {measureOf(shown.length, units.count, shown.length === some.length && some.length + lost < units.units.length)}: to the right what{' '}
        {reading.towards('it', target.text)}, to the left what {reading.against('it', reading.ofNone ? '' : 'it')}.{endOf(reading)}
      </p>
      <div class="unit-bars" style={{ height: `${shown.length * ROW + AXIS}px` }}>
        <div class="unit-drawing" aria-hidden="true">
          <BarChart config={config} />
        </div>
        {panel.methods.isPicking.value &&
          shown.map(({ index, value }, i) => (
            <button
              key={index}
              type="button"
              class="unit-row"
              style={{ height: `${ROW}px` }}
              data-unit={index}
              aria-pressed={panel.picked.value.unit === index}
              aria-label={`${names[i]}: ${formatValue(value)}`}
              onClick={() => void panel.runs.pick({ unit: index })}
            />
          ))}
      </div>
      <table class="visually-hidden">
        <caption>Contributions of units to {target.text}</caption>
        <tbody>
          {shown.map(({ index, value }, i) => (
            <tr key={index}>
              <th scope="row">{names[i]}</th>
              <td>{formatValue(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function measureOf(shown: number, count: number, othersAreZero: boolean): string {
  if (shown === count) return `All ${count} units`;
  if (othersAreZero) return `${shown} of ${count} units, the others being zero`;
  return `The strongest ${shown} of ${count} units`;
}

const cut = (text: string) => (text.length > 22 ? `${text.slice(0, 21)}…` : text);

function configOf(names: string[], values: number[], { fg, muted, bar, link, line, font }: ThemeColors): Config {
  return {
    type: 'bar',
    data: {
      labels: names.map(cut),
      datasets: [{ data: values, backgroundColor: values.map((value) => (value >= 0 ? link : bar)), barThickness: 10 }],
    },
    options: {
      ...LYING,
      scales: {
        x: {
          afterFit: (axis) => {
            axis.height = AXIS;
          },
          grid: { color: line },
          border: { display: false },
          ticks: { color: muted, font: { family: font, size: 11 }, maxTicksLimit: 7, callback: (value) => formatValue(Number(value)) },
        },
        y: {
          // rows of exactly `ROW` pixels from the top, for what is laid over them
          afterFit: (axis) => {
            axis.paddingTop = 0;
            axis.paddingBottom = 0;
          },
          grid: { display: false },
          border: { display: false },
          ticks: { color: fg, font: { family: font, size: 12 }, autoSkip: false },
        },
      },
    },
  };
}
