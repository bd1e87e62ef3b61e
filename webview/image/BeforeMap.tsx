import type { Rect, Size } from '../../src/image/image.ts';
import type { InputImage, LayerMap } from '../../src/protocol/model.ts';
import { formatPercent } from '../chart/percent.ts';
import { Icon } from '../components/Icon.tsx';
import { usePanel } from '../state/context.ts';
import { boxOf, OverlayCanvas, PictureCanvas } from './canvases.tsx';
import { type Drawn, drawMap } from './draw.ts';
import { inputRegion } from './viewport.ts';

interface Props {
  readonly image: InputImage;
  readonly map: LayerMap;
  /** The new map, whose scale is taken. */
  readonly now: Drawn;
  /** CSS pixels. */
  readonly size: Size;
}

/** The layer's map before files were read again, in the colours and on the scale of the new one. */
export function BeforeMap({ image, map, now, size }: Props) {
  const panel = usePanel();
  const { over, opacity, ...style } = panel.view.value;
  const photo = over === 'original';
  const picture = photo ? image.original : image.network;
  const region: Rect = photo ? inputRegion(image.geometry) : { x: 0, y: 0, width: picture.width, height: picture.height };
  const drawn = drawMap(map, style, style.upsampling, image.geometry, now.picture, now.normalization);
  const target = panel.before.value?.sweep.target;
  return (
    <figure class="before" data-testid="before">
      <figcaption>
        <span class="clip">Before{target && target.index >= 0 && `: ${target.text} ${formatPercent(target.probability)}`}</span>
        <button
          type="button"
          class="icon-button"
          title="End the comparison"
          data-testid="end-comparison"
          onClick={() => {
            panel.before.value = undefined;
          }}
        >
          <Icon name="close" />
        </button>
      </figcaption>
      <div class="before-picture" style={{ width: `${size.width}px`, height: `${size.height}px` }}>
        <PictureCanvas picture={picture} />
        <OverlayCanvas drawn={drawn} layer="" target={undefined} box={boxOf(region, picture)} opacity={opacity} testid="overlay-before" />
      </div>
    </figure>
  );
}
