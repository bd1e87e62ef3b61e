import { useLayoutEffect, useRef } from 'preact/hooks';
import type { LayerMap } from '../../src/protocol/model.ts';
import { paintThumbnail } from '../image/paint.ts';
import type { Strength } from '../image/strength.ts';
import { thumbnailStyleOf } from '../picture/thumbnailStyle.ts';
import { usePanel } from '../state/context.ts';

/** CSS pixels; the style sheet says the same. */
const SIZE = 24;

/** A layer's map in small, beside a bar that shows its peak relative to the strongest layer's. */
export function Thumbnail({ map, strength }: { map: LayerMap | undefined; strength: Strength }) {
  const panel = usePanel();
  const canvas = useRef<HTMLCanvasElement>(null);
  const style = thumbnailStyleOf(panel.picture.value, panel.view.value);
  useLayoutEffect(() => {
    if (!canvas.current || !map || strength.kind !== 'some') return;
    const side = Math.round(SIZE * window.devicePixelRatio);
    paintThumbnail(canvas.current, map, side, style);
  }, [map, strength.kind, JSON.stringify(style)]);

  if (strength.kind === 'unknown') return null;
  if (strength.kind === 'unreachable') return <span class="no-map unreachable" title={strength.why} />;
  if (strength.kind === 'nothing') return <span class="no-map" title={strength.why} data-no-map="" />;
  return (
    <>
      <span class="peak" aria-hidden="true">
        <i style={{ height: `${Math.max(4, strength.relative * 100)}%` }} />
      </span>
      <canvas class="thumbnail" ref={canvas} />
    </>
  );
}
