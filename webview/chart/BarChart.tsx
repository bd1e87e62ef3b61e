import { BarController, BarElement, CategoryScale, Chart, type ChartConfiguration, LinearScale } from 'chart.js';
import { useEffect, useRef } from 'preact/hooks';

Chart.register(BarController, BarElement, CategoryScale, LinearScale);

type Config = ChartConfiguration<'bar', number[], string>;

/** A chart.js bar chart that follows its configuration. Its canvas is a drawing: what it says must be said in text too. */
export function BarChart({ config }: { config: Config }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart<'bar', number[], string>>(undefined);
  useEffect(() => {
    if (!canvas.current) return;
    if (chart.current) {
      chart.current.data = config.data;
      chart.current.options = config.options ?? {};
      chart.current.update('none');
    } else chart.current = new Chart(canvas.current, config);
  }, [config]);
  useEffect(() => () => chart.current?.destroy(), []);
  return <canvas ref={canvas} />;
}

/** Options of bars that lie, and do nothing. */
export const LYING = {
  indexAxis: 'y',
  responsive: true,
  maintainAspectRatio: false,
  animation: false,
  events: [],
} as const satisfies Config['options'];

export type { Config };
