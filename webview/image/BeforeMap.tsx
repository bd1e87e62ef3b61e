import type { Size } from '../../src/image/image.ts';
import type { Explained, InputImage, LayerMap } from '../../src/protocol/model.ts';
import { formatPercent } from '../chart/percent.ts';
import { Icon } from '../components/Icon.tsx';
import { usePanel } from '../state/context.ts';
import { boxOf, OverlayCanvas, PictureCanvas } from './canvases.tsx';
import { type DrawnOverlay, drawMap } from './draw.ts';
import { backdropOf, pictureUnder } from './viewport.ts';

/** "Now: cactus 98.1%" */
export const captionOf = (when: string, target: Explained | undefined): string =>
  target && target.index >= 0 ? `${when}: ${target.text} ${formatPercent(target.probability)}` : when;

interface Props {
  readonly image: InputImage;
  readonly map: LayerMap;
  /** The new map, whose scale is taken. */
  readonly now: DrawnOverlay;
  /** CSS pixels. */
  readonly size: Size;
}

/** The layer's map before files were read again, in the colours and on the scale of the new one. */
export function BeforeMap({ image, map, now, size }: Props) {
  const panel = usePanel();
  const { over, opacity, ...style } = panel.view.value;
  const { picture, region } = pictureUnder(image, over);
  const backdrop = backdropOf(picture, map, image.geometry);
  const drawn = drawMap(map, style, style.upsampling, image.geometry, now.picture, now.normalization);
  return (
    <figure class="before" data-testid="before">
      <figcaption>
        <span class="clip">{captionOf('Before', panel.before.target.value)}</span>
        <button
          type="button"
          class="icon-button"
          title="End the comparison"
          data-testid="end-comparison"
          onClick={() => panel.before.end()}
        >
          <Icon name="close" />
        </button>
      </figcaption>
      <div class="before-picture" style={{ width: `${size.width}px`, height: `${size.height}px` }}>
        <PictureCanvas picture={picture} />
        {backdrop && <PictureCanvas picture={backdrop} opacity={opacity} testid="backdrop-before" />}
        <OverlayCanvas drawn={drawn} layer="" target={undefined} box={boxOf(region, picture)} opacity={opacity} testid="overlay-before" />
      </div>
    </figure>
  );
}
