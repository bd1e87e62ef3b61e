import type { Signal } from '@preact/signals';
import type { Explained, InputImage, LayerMap } from '../../src/protocol/model.ts';
import { ColorBar } from '../image/ColorBar.tsx';
import type { Probe } from '../image/probe.ts';
import { type Center, Stage } from '../image/Stage.tsx';
import type { SeenPicture } from './drawSeen.ts';
import type { Tiling } from './tiling.ts';

interface Props {
  readonly image: InputImage;
  readonly map: LayerMap;
  readonly pictures: readonly SeenPicture[];
  readonly tiling: Tiling;
  readonly layer: string;
  readonly target: Explained;
  readonly center: Signal<Center>;
  readonly probe: Probe | undefined;
  readonly onProbe: (probe: Probe | undefined) => void;
}

/** Pictures of what the network sees, side by side: zoomed, moved and read together. */
export function Pictures({ pictures, tiling: { columns, size }, ...stage }: Props) {
  const hasTitles = pictures.some(({ title }) => title);
  return (
    <div class="pictures" style={{ gridTemplateColumns: `repeat(${columns}, ${size.width}px)` }} data-testid="pictures">
      {pictures.map((drawn, i) => (
        <figure key={i}>
          {hasTitles && <figcaption title={drawn.title}>{drawn.title}</figcaption>}
          <Stage {...stage} drawn={drawn} size={size} />
          {drawn.bar && <ColorBar colors={drawn.bar.colors} {...drawn.bar.normalization} />}
        </figure>
      ))}
    </div>
  );
}
