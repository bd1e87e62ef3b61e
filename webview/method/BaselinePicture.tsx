import { useEffect, useRef } from 'preact/hooks';
import type { AttributionView } from '../../src/protocol/methods.ts';

/** What the input was compared with, in words and as the picture that it is. */
export function BaselinePicture({ view: { baselines = [], baselinePicture: picture } }: { view: AttributionView }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (picture) context?.putImageData(new ImageData(new Uint8ClampedArray(picture.rgba), picture.width, picture.height), 0, 0);
  }, [picture]);
  const [first] = baselines;
  if (!first) return null;
  const text = baselines.map(({ input, text: words }) => (baselines.length > 1 ? `${input}: ${words}` : words)).join('; ');
  return (
    <p class="muted baseline-picture" data-testid="baseline-shown">
      {picture && <canvas ref={canvas} width={picture.width} height={picture.height} role="img" aria-label={text} />}
      <span>
        Compared with {text}
        {first.examples !== undefined && `, ${first.examples} examples`}.
      </span>
    </p>
  );
}
