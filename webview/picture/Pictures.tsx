import type { Signal } from '@preact/signals';
import type { Explained, InputImage, LayerMap } from '../../src/protocol/model.ts';
import { Icon } from '../components/Icon.tsx';
import { ColorBar } from '../image/ColorBar.tsx';
import type { Probe } from '../image/probe.ts';
import { type Center, Stage } from '../image/Stage.tsx';
import { usePanel } from '../state/context.ts';
import type { Tile } from './tiles.ts';
import type { Tiling } from './tiling.ts';

interface Props {
  readonly image: InputImage;
  readonly map: LayerMap | undefined;
  readonly tiles: readonly Tile[];
  readonly tiling: Tiling;
  readonly layer: string;
  readonly target: Explained | undefined;
  readonly center: Signal<Center>;
  readonly probe: Probe | undefined;
  readonly onProbe: (probe: Probe | undefined) => void;
}

/** Pictures side by side: zoomed, moved and read together. */
export function Pictures({ tiles, tiling: { columns, size }, ...stage }: Props) {
  const hasCaptions = tiles.some(({ caption }) => caption);
  return (
    <div class="pictures" style={{ gridTemplateColumns: `repeat(${columns}, ${size.width}px)` }} data-testid="pictures">
      {tiles.map(({ drawn, when, caption, bar, name }, i) => (
        <figure key={i} class={when && 'compared'} data-testid={when}>
          {hasCaptions && (
            <figcaption style={{ width: `${size.width}px` }}>
              <span class="clip" title={name}>
                {caption}
              </span>
              {when === 'before' && i === 0 && <EndComparison />}
            </figcaption>
          )}
          <Stage
            {...stage}
            drawn={drawn}
            size={size}
            when={when}
            name={name ?? (tiles.length > 1 ? `Picture ${i + 1} of ${tiles.length}` : undefined)}
          />
          {bar && <ColorBar colors={bar.colors} {...bar.normalization} />}
        </figure>
      ))}
    </div>
  );
}

function EndComparison() {
  const panel = usePanel();
  return (
    <button type="button" class="icon-button" title="End the comparison" data-testid="end-comparison" onClick={() => panel.before.end()}>
      <Icon name="close" />
    </button>
  );
}
