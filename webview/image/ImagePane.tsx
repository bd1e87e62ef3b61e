import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Size } from '../../src/image/image.ts';
import { UnitChart } from '../chart/UnitChart.tsx';
import { ChangedFiles } from '../components/ChangedFiles.tsx';
import { ImagePicker } from '../components/ImagePicker.tsx';
import { Message } from '../components/Message.tsx';
import { Working } from '../components/Working.tsx';
import { InputList } from '../inputs/InputList.tsx';
import { AttributionFacts } from '../method/AttributionFacts.tsx';
import { MethodBar } from '../method/MethodBar.tsx';
import { PickHint, UnitPicker } from '../method/UnitPicker.tsx';
import { drawSeen } from '../picture/drawSeen.ts';
import { Pictures } from '../picture/Pictures.tsx';
import { GAP, tiling } from '../picture/tiling.ts';
import { usePanel } from '../state/context.ts';
import { BeforeMap, captionOf } from './BeforeMap.tsx';
import { ColorBar } from './ColorBar.tsx';
import { Controls } from './Controls.tsx';
import { type Drawn, drawColorBar, drawMap } from './draw.ts';
import { Foot } from './Foot.tsx';
import { Meaning } from './Meaning.tsx';
import { PaneHeader } from './PaneHeader.tsx';
import type { Probe } from './probe.ts';
import { CENTER, Stage } from './Stage.tsx';
import { useRoom } from './useRoom.ts';
import { fitted, pictureUnder } from './viewport.ts';

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
  /** Device pixels of what the network sees, unzoomed, as text that only changes with them; in steps, so that a resize draws little anew. */
  const pixels = useComputed(() => {
    if (!under.value) return '1 1';
    const { picture, region } = under.value;
    const scale =
      (fitted(picture, roomFor(room.value, panel.mapBefore.value !== undefined)).width / picture.width) * window.devicePixelRatio;
    const along = (side: number) => Math.min(MOST_PIXELS, Math.ceil((side * scale) / STEP) * STEP);
    return `${along(region.width)} ${along(region.height)}`;
  });
  const style = useComputed(() => {
    const { sign, colormap, outlierPercent, upsampling } = panel.view.value;
    return JSON.stringify([sign, colormap, outlierPercent, upsampling]);
  });
  const drawn = useComputed(() => {
    const shown = panel.shown.value;
    const geometry = panel.image.value?.geometry;
    if (shown?.kind !== 'map' || !geometry || !style.value || panel.picture.value.kind !== 'overlay') return undefined;
    const view = panel.view.peek();
    const [width = 1, height = 1] = pixels.value.split(' ').map(Number);
    return drawMap(shown.map, view, view.upsampling, geometry, { width, height });
  });
  const pictures = useComputed(() => {
    const [shown, picture] = [panel.shown.value, panel.picture.value];
    return shown?.kind === 'map' && picture.kind === 'seen' ? drawSeen(shown.map, panel.seen.value, picture.style) : undefined;
  });
  useSignalEffect(() => onDrawn(drawn.value));
  useSignalEffect(() => {
    panel.shown.value;
    probe.value = undefined;
  });

  const image = panel.image.value;
  const shown = panel.shown.value;
  const overlay = panel.picture.value.kind === 'overlay';
  const before = shown?.kind === 'map' && overlay ? panel.mapBefore.value : undefined;
  const { sign, colormap } = panel.view.value;
  const isPicking = panel.methods.isPicking.value;
  const colors = useMemo(() => drawColorBar(COLUMNS, { sign, colormap }), [sign, colormap]);
  const map = shown?.kind === 'map' ? shown.map : undefined;
  const normalization = drawn.value?.normalization;
  const hasScale = (normalization?.scale ?? 0) > 0;
  const seen = pictures.value ?? [];
  const around = (seen.some(({ title }) => title) ? CAPTION : 0) + (seen.some(({ bar }) => bar) ? BAR : 0);
  const picture = under.value?.picture ?? NO_PICTURE;
  const tiles = seen.length > 0 ? tiling(seen.length, picture, room.value, around) : undefined;
  const size = tiles?.size ?? fitted(picture, roomFor(room.value, before !== undefined));
  const columns = tiles?.columns ?? (before ? 2 : 1);
  const stage = {
    layer: panel.selected.value ?? '',
    center,
    probe: probe.value,
    onProbe: (next: Probe | undefined) => {
      probe.value = next;
    },
  };
  return (
    <div class="content" style={{ maxWidth: isChart ? '760px' : `max(${columns * (size.width + GAP) - GAP}px, 560px)` }}>
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
            {image && tiles && shown?.kind === 'map' && (
              <Pictures {...stage} image={image} map={shown.map} target={shown.target} pictures={seen} tiling={tiles} />
            )}
            {image && !tiles && (
              <div class={before ? 'stages two' : 'stages'}>
                {before && drawn.value && <BeforeMap image={image} map={before} now={drawn.value} size={size} />}
                {before && (
                  <p class="now">
                    <span class="clip">{captionOf('Now', shown?.target)}</span>
                  </p>
                )}
                <Stage {...stage} image={image} map={map} drawn={hasScale ? drawn.value : undefined} target={shown?.target} size={size} />
              </div>
            )}
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
      <Foot map={map} probe={probe.value} drawn={seen[0] ?? drawn.value} />
    </div>
  );
}

/** The room of one picture, where two may stand beside each other. */
const roomFor = ({ width, height }: Size, two: boolean): Size =>
  two ? { width: Math.floor((width - GAP) / 2), height: height - CAPTION } : { width, height };
