import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Normalization } from '../../src/image/normalize.ts';
import type { OverlayPicture } from '../../src/image/overlay.ts';
import { putPixels } from './paint.ts';
import { formatValue } from './words.ts';

interface Props extends Normalization {
  /** From the scale's lowest to its highest value, one pixel high; the style sheet stretches them. */
  readonly colors: OverlayPicture;
}

/** What the colours stand for, in numbers, drawn with the same transparency as the map. */
export function ColorBar({ colors, sign, scale }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current) putPixels(canvas.current, colors);
  }, [colors]);
  const low = sign === 'all' ? -scale : 0;
  return (
    <div class="color-bar" data-testid="color-bar">
      <canvas ref={canvas} />
      <div class="ticks">
        {ticksOf(low, scale).map(({ value, place, tight }) => (
          <span key={place} class={tight ? 'tight' : undefined} style={{ left: `${place * 100}%` }}>
            {formatValue(sign === 'negative' ? -value : value)}
          </span>
        ))}
      </div>
    </div>
  );
}

const STEPS = [1, 2, 2.5, 5, 10];
/** Parts of the scale at either end that belong to the end's own number: always, and where it is narrow. */
const [CROWDED, TIGHT] = [0.12, 0.2];

interface Tick {
  readonly value: number;
  /** Along the scale, 0 to 1. */
  readonly place: number;
  /** Beside an end: left out where it is narrow. */
  readonly tight: boolean;
}

/** Both ends, and round numbers between them that do not crowd them. */
function ticksOf(low: number, high: number): Tick[] {
  const range = high - low;
  if (!(range > 0)) return [];
  const rough = range / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((s) => s * power >= rough) ?? 10) * power;
  const between: number[] = [];
  for (let i = Math.ceil(low / step); i * step < high; i++) between.push(Number((i * step).toPrecision(12)));
  const fromEnd = (value: number) => Math.min(value - low, high - value) / range;
  const inside = between.filter((value) => fromEnd(value) > CROWDED);
  return [low, ...inside, high].map((value) => ({
    value,
    place: (value - low) / range,
    tight: fromEnd(value) > 0 && fromEnd(value) < TIGHT,
  }));
}
