import type { AttributionView, Estimate } from '../../src/protocol/methods.ts';
import { formatValue } from '../image/words.ts';

/** Methods that people know by another name than Captum's. */
const TITLES: Readonly<Record<string, string>> = {
  LayerGradCam: 'Grad-CAM',
  IntegratedGradients: 'Integrated gradients',
  InputXGradient: 'Input × gradient',
  KernelShap: 'Kernel SHAP',
};

export const titleOfMethod = (name: string): string => (Object.hasOwn(TITLES, name) ? (TITLES[name] as string) : name);

/** "about 3 s, 784 passes" */
export function describeCost({ passes, ms }: Estimate): string {
  const count = `${Math.round(passes).toLocaleString('en')} ${passes === 1 ? 'pass' : 'passes'}`;
  return ms === undefined ? count : `about ${formatDuration(ms)}, ${count}`;
}

/** "85 ms", "3.2 s", "4 min" */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(1, Math.round(ms))} ms`;
  if (ms < 90_000) return `${Number((ms / 1000).toPrecision(2))} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** Part of a difference that attributions may miss without a word of warning. */
const CLOSE = 0.01;

/** What the convergence delta means. */
export function describeCompleteness({ completeness }: AttributionView): { readonly text: string; readonly isClose: boolean } | undefined {
  if (!completeness) return undefined;
  const { delta, difference } = completeness;
  const share = Math.abs(difference) < 1e-6 ? undefined : Math.abs(delta / difference);
  const isClose = share === undefined ? Math.abs(delta) < 1e-3 : share <= CLOSE;
  const missed =
    share === undefined
      ? `they miss it by ${formatValue(delta)}`
      : `they miss it by ${formatValue(delta)}, ${Number((100 * share).toPrecision(2))}% of it (the convergence delta)`;
  return {
    isClose,
    text: `The score differs from the baseline's by ${formatValue(difference)}; the attributions sum up to ${isClose ? 'it' : formatValue(difference + delta)}${isClose ? ` (convergence delta ${formatValue(delta)})` : `: ${missed}`}.`,
  };
}
