import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Size } from '../../src/image/image.ts';
import type { Explained as ExplainedTarget, LayerMap } from '../../src/protocol/model.ts';
import { UnitChart } from '../chart/UnitChart.tsx';
import { ChangedFiles } from '../components/ChangedFiles.tsx';
import { ImagePicker } from '../components/ImagePicker.tsx';
import { Message } from '../components/Message.tsx';
import { Working } from '../components/Working.tsx';
import { InputList } from '../inputs/InputList.tsx';
import { AttributionFacts } from '../method/AttributionFacts.tsx';
import { MethodBar } from '../method/MethodBar.tsx';
import { PickHint, UnitPicker } from '../method/UnitPicker.tsx';
import { drawSeen, styleBeside } from '../picture/drawSeen.ts';
import { Pictures } from '../picture/Pictures.tsx';
import { tilesOf } from '../picture/tiles.ts';
import { GAP, tiling } from '../picture/tiling.ts';
import { usePanel } from '../state/context.ts';
import { ColorBar } from './ColorBar.tsx';
import { Controls } from './Controls.tsx';
import { type Drawn, drawColorBar, drawMap } from './draw.ts';
import { Foot } from './Foot.tsx';
import { Meaning } from './Meaning.tsx';
import { PaneHeader } from './PaneHeader.tsx';
import type { Probe } from './probe.ts';
import { CENTER } from './Stage.tsx';
import { useRoom } from './useRoom.ts';
import { pictureUnder } from './viewport.ts';

/** Pixels of a side of the overlay: steps in which it grows, and where it stops. */
const [STEP, MOST_PIXELS] = [16, 1280];
/** The room that is kept while there is no picture yet. */
const NO_PICTURE: Size = { width: 448, height: 448 };
/** Pixels of the line over a picture, and of the colour bar under one. */
const [CAPTION, BAR] = [26, 42];
/** Columns of pixels of the colour bar; the style sheet stretches them. */
const COLUMNS = 512;

/** The centre: the image with the selected layer's map, or what stands in its place. */
export function ImagePane({ onDrawn }: { onDrawn: (drawn: Drawn | undefined) => void }) {
  const panel = usePanel();
  return (
    <main class="centre" aria-label="Explanation">
      <Message />
      <ChangedFiles />
      {panel.ready.value ? <Explained onDrawn={onDrawn} /> : <Waiting />}
    </main>
  );
}

function Waiting() {
  const panel = usePanel();
  const model = panel.model.value;
  if (!model || panel.work.job.value)
    return (
      <div class="waiting">
        <Working />
      </div>
    );
  if (model.input && model.inputs.length === 1)
    return (
      <div class="waiting">
        <h2>Explain an image</h2>
        <p class="muted">Every layer shows where in the image it finds evidence for a class.</p>
        <ImagePicker />
      </div>
    );
  return (
    <div class="waiting" data-testid="needs-inputs">
      <h2>{model.input ? 'This model takes more than one input' : 'This model takes no image'}</h2>
      <p class="muted">
        {model.input
          ? 'The image is the one that maps are laid over; the others stay as they are given here.'
          : 'Arrays that NumPy has saved (.npy) are fed to it as they are.'}
      </p>
      <InputList />
      {model.input && <ImagePicker />}
    </div>
  );
}

function Explained({ onDrawn }: { onDrawn: (drawn: Drawn | undefined) => void }) {
  const panel = usePanel();
  const isChart = panel.shown.value?.kind === 'units';
  const { pane, below, room } = useRoom(isChart);
  const probe = useSignal<Probe>();
  const center = useSignal(CENTER);
  const under = useComputed(() => {
    const image = panel.image.value;
    return image && pictureUnder(image, panel.over.value);
  });
  const before = useComputed(() => (panel.shown.value?.kind === 'map' ? panel.mapBefore.value : undefined));
  /** Device pixels of what the network sees, unzoomed, as text that only changes with them; in steps, so that a resize draws little anew. */
  const pixels = useComputed(() => {
    if (!under.value) return '1 1';
    const { picture, region } = under.value;
    const [count, caption] = before.value ? [2, CAPTION] : [1, 0];
    const scale = (tiling(count, picture, room.value, caption, count).size.width / picture.width) * window.devicePixelRatio;
    const along = (side: number) => Math.min(MOST_PIXELS, Math.ceil((side * scale) / STEP) * STEP);
    return `${along(region.width)} ${along(region.height)}`;
  });
  const style = useComputed(() => {
    const { sign, colormap, outlierPercent, upsampling } = panel.view.value;
    return JSON.stringify([sign, colormap, outlierPercent, upsampling]);
  });
  const overlays = useComputed(() => {
    const shown = panel.shown.value;
    const geometry = panel.image.value?.geometry;
    if (shown?.kind !== 'map' || !geometry || !style.value || panel.picture.value.kind !== 'overlay') return undefined;
    const view = panel.view.peek();
    const [width = 1, height = 1] = pixels.value.split(' ').map(Number);
    const draw = (map: LayerMap, besides: LayerMap | undefined) =>
      drawMap(map, view, view.upsampling, geometry, { width, height }, besides);
    const earlier = before.value?.map;
    return { now: draw(shown.map, earlier), before: earlier && draw(earlier, shown.map) };
  });
  const pictures = useComputed(() => {
    const [shown, picture, seen, earlier] = [panel.shown.value, panel.picture.value, panel.seen.value, before.value?.map];
    if (shown?.kind !== 'map' || picture.kind !== 'seen') return undefined;
    const style = styleBeside(picture.style, shown.map, earlier, seen);
    return { now: drawSeen(shown.map, seen, style), before: earlier && drawSeen(earlier, seen, style) };
  });
  useSignalEffect(() => onDrawn(overlays.value?.now));
  useSignalEffect(() => {
    panel.shown.value;
    probe.value = undefined;
  });

  const image = panel.image.value;
  const shown = panel.shown.value;
  const overlay = panel.picture.value.kind === 'overlay';
  const { sign, colormap } = panel.view.value;
  const isPicking = panel.methods.isPicking.value;
  const colors = useMemo(() => drawColorBar(COLUMNS, { sign, colormap }), [sign, colormap]);
  const map = shown?.kind === 'map' ? shown.map : undefined;
  const target = shown?.kind === 'map' ? shown.target : undefined;
  const normalization = overlays.value?.now.normalization;
  const hasScale = (normalization?.scale ?? 0) > 0;
  const drawn = pictures.value ?? {
    now: [{ drawn: hasScale ? overlays.value?.now : undefined }],
    before: overlays.value?.before && [{ drawn: hasScale ? overlays.value.before : undefined }],
  };
  const needsTarget = panel.isOfSweep.value || panel.methods.info.value?.needsTarget === true;
  const side = (pictures: typeof drawn.now, target: ExplainedTarget | undefined) => ({
    pictures,
    target: needsTarget ? target : undefined,
  });
  const tiles = tilesOf(side(drawn.now, target), drawn.before && side(drawn.before, before.value?.target));
  const around = (tiles.some(({ caption }) => caption) ? CAPTION : 0) + (tiles.some(({ bar }) => bar) ? BAR : 0);
  const layout = tiling(tiles.length, under.value?.picture ?? NO_PICTURE, room.value, around, drawn.before ? 2 : 1);
  const stage = {
    layer: panel.selected.value ?? '',
    center,
    probe: probe.value,
    onProbe: (next: Probe | undefined) => {
      probe.value = next;
    },
  };
  return (
    <div class="content" style={{ maxWidth: isChart ? '760px' : `max(${layout.columns * (layout.size.width + GAP) - GAP}px, 560px)` }}>
      <PaneHeader />
      <MethodBar />
      <div class="explained" ref={pane}>
        {shown?.kind === 'units' ? (
          <>
            {isPicking && <PickHint />}
            <UnitChart units={shown.units} target={shown.target} height={room.value.height} />
          </>
        ) : (
          <>
            {image && <Pictures {...stage} image={image} map={map} target={target} tiles={tiles} tiling={layout} />}
            <div class="below" ref={below}>
              {image &&
                overlay &&
                (hasScale && normalization ? <ColorBar colors={colors} {...normalization} /> : <div class="color-bar nothing" />)}
              {isPicking ? (
                <UnitPicker />
              ) : (
                <>
                  {image && <Controls />}
                  <Meaning />
                  <AttributionFacts />
                </>
              )}
            </div>
          </>
        )}
      </div>
      <Foot map={map} probe={probe.value} drawn={tiles.at(-1)?.drawn} />
    </div>
  );
}
