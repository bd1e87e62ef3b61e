import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ViewSettings } from '../../src/protocol/panel.ts';
import { drawColorBar } from './draw.ts';
import { putPixels } from './paint.ts';
import { formatValue } from './words.ts';

type Props = Pick<ViewSettings, 'sign' | 'colormap'> & { readonly scale: number };

/** Columns of pixels of the bar; the style sheet stretches them. */
const COLUMNS = 512;

/** What the colours stand for, in numbers, drawn with the same transparency as the map. */
export function ColorBar({ sign, colormap, scale }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current) putPixels(canvas.current, drawColorBar(COLUMNS, { sign, colormap }));
  }, [sign, colormap]);
  const low = sign === 'all' ? -scale : 0;
  return (
    <div class="color-bar" data-testid="color-bar">
      <canvas ref={canvas} />
      <div class="ticks">
        {ticksOf(low, scale).map(({ value, place }) => (
          <span key={place} style={{ left: `${place * 100}%` }}>
            {formatValue(sign === 'negative' ? -value : value)}
          </span>
        ))}
      </div>
    </div>
  );
}

const STEPS = [1, 2, 2.5, 5, 10];
/** Part of the scale at either end that belongs to the end's own number. */
const CROWDED = 0.12;

/** Both ends, and round numbers between them that do not crowd them. */
function ticksOf(low: number, high: number): { readonly value: number; readonly place: number }[] {
  const range = high - low;
  if (!(range > 0)) return [];
  const rough = range / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((s) => s * power >= rough) ?? 10) * power;
  const between: number[] = [];
  for (let i = Math.ceil(low / step); i * step < high; i++) between.push(Number((i * step).toPrecision(12)));
  const inside = between.filter((v) => v - low > range * CROWDED && high - v > range * CROWDED);
  return [low, ...inside, high].map((value) => ({ value, place: (value - low) / range }));
}
