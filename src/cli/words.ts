import type { InputConvention, Labelling } from '../protocol/model.ts';

/** "RGB 224×224 (assumed), shorter-side; ImageNet mean/std (guessed); the graph itself divides by 255" */
export function conventionWords({ channels, size, sizeFrom, fit, name, guessed, inGraph }: InputConvention): string {
  const [height, width] = size;
  return [
    `${channels} ${height}×${width}${sizeFrom === 'assumed' ? ' (assumed)' : ''}, ${fit}`,
    `${name}${guessed ? ' (guessed)' : ''}`,
    ...(inGraph ? [inGraph] : []),
  ].join('; ');
}

/** "10 names from labels.txt"; undefined where there are none, and none can be had. */
export function labellingWords({ source, count, offers }: Labelling): string | undefined {
  if (source !== undefined) return `${count} names from ${source}`;
  return offers.some(({ choice }) => 'assumed' in choice) ? 'none; --labels ImageNet-1k takes those of ImageNet' : undefined;
}
