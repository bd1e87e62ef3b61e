import type { LayerMap } from '../../src/protocol/model.ts';
import { Icon } from '../components/Icon.tsx';
import { Working } from '../components/Working.tsx';
import { usePanel } from '../state/context.ts';
import type { Drawn } from './draw.ts';
import type { Probe } from './probe.ts';
import { MAX_ZOOM } from './viewport.ts';
import { formatValue } from './words.ts';

/** Where the pointer is, in the input's pixels and the layer's cells, and the zoom. */
export function Foot({ map, probe, drawn }: { map: LayerMap | undefined; probe: Probe | undefined; drawn: Drawn | undefined }) {
  const panel = usePanel();
  const geometry = panel.image.value?.geometry;
  const { zoom } = panel.view.value;
  const zoomTo = (value: number) => panel.setView({ zoom: Math.min(MAX_ZOOM, Math.max(1, value)) });
  return (
    <footer class="foot">
      <span class="reading clip" data-testid="reading" title="Counted from 0" aria-live="polite">
        {map && probe && geometry
          ? [
              `Pixel ${Math.floor(probe.x * geometry.inputWidth)}, ${Math.floor(probe.y * geometry.inputHeight)}`,
              `column ${probe.column}, row ${probe.row} of ${map.width} × ${map.height}`,
              `cell ${formatValue(probe.value)}`,
              ...(drawn?.isBlended ? [`drawn ${formatValue(drawn.valueAt(probe.x, probe.y))}`] : []),
            ].join(' · ')
          : ''}
      </span>
      <Working />
      {panel.image.value && panel.shown.value?.kind !== 'units' && (
        <span class="zoom">
          <button
            type="button"
            class="icon-button"
            data-testid="zoom-out"
            title="Zoom out (−)"
            disabled={zoom <= 1}
            onClick={() => zoomTo(zoom / 1.25)}
          >
            <Icon name="minus" />
          </button>
          <output>{Math.round(zoom * 100)}%</output>
          <button
            type="button"
            class="icon-button"
            data-testid="zoom-in"
            title="Zoom in (+)"
            disabled={zoom >= MAX_ZOOM}
            onClick={() => zoomTo(zoom * 1.25)}
          >
            <Icon name="plus" />
          </button>
          <button type="button" class="icon-button" data-testid="zoom-fit" title="Fit (0)" disabled={zoom === 1} onClick={() => zoomTo(1)}>
            <Icon name="fit" />
          </button>
        </span>
      )}
    </footer>
  );
}
