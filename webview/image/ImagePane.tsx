import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Size } from '../../src/image/image.ts';
import { formatPercent } from '../chart/percent.ts';
import { UnitChart } from '../chart/UnitChart.tsx';
import { ChangedFiles } from '../components/ChangedFiles.tsx';
import { ImagePicker } from '../components/ImagePicker.tsx';
import { Message } from '../components/Message.tsx';
import { Working } from '../components/Working.tsx';
import { InputList } from '../inputs/InputList.tsx';
import { usePanel } from '../state/context.ts';
import { BeforeMap } from './BeforeMap.tsx';
import { ColorBar } from './ColorBar.tsx';
import { Controls } from './Controls.tsx';
import { type Drawn, drawMap } from './draw.ts';
import { Foot } from './Foot.tsx';
import { PaneHeader } from './PaneHeader.tsx';
import type { Probe } from './probe.ts';
import { Stage } from './Stage.tsx';
import { fitted, inputRegion } from './viewport.ts';
import { meaningOf, resolutionOf } from './words.ts';

/** Pixels below which the pane scrolls rather than that the picture gets smaller. */
const LEAST_HEIGHT = 200;
/** Pixels of a side of the overlay: steps in which it grows, and where it stops. */
const STEP = 16;
/** The room that is kept while there is no picture yet. */
const NO_PICTURE: Size = { width: 448, height: 448 };
const MOST_PIXELS = 1280;

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
          : 'Arrays that NumPy has saved (.npy) are fed to it as they are. Maps are shown without a picture.'}
      </p>
      <InputList />
      {model.input && <ImagePicker />}
    </div>
  );
}

function Explained({ onDrawn }: { onDrawn: (drawn: Drawn | undefined) => void }) {
  const panel = usePanel();
  const body = useRef<HTMLDivElement>(null);
  const below = useRef<HTMLDivElement>(null);
  const room = useSignal<Size>({ width: 600, height: 480 });
  const probe = useSignal<Probe>();
  const picture = useComputed(() => {
    const image = panel.image.value;
    const shown = panel.view.value.over === 'original' ? image?.original : image?.network;
    return shown && { width: shown.width, height: shown.height };
  });
  /** Device pixels of what the network sees, unzoomed, as text that only changes with them; in steps, so that a resize draws little anew. */
  const pixels = useComputed(() => {
    const image = panel.image.value;
    const shown = picture.value;
    if (!image || !shown) return '1 1';
    const region = panel.view.value.over === 'original' ? inputRegion(image.geometry) : shown;
    const scale = (fitted(shown, roomFor(room.value, panel.mapBefore.value !== undefined)).width / shown.width) * window.devicePixelRatio;
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
    if (shown?.kind !== 'map' || !geometry || !style.value) return undefined;
    const view = panel.view.peek();
    const [width = 1, height = 1] = pixels.value.split(' ').map(Number);
    return drawMap(shown.map, view, view.upsampling, geometry, { width, height });
  });
  useSignalEffect(() => onDrawn(drawn.value));
  useSignalEffect(() => {
    panel.shown.value;
    probe.value = undefined;
  });

  useLayoutEffect(() => {
    const [outer, under] = [body.current, below.current];
    if (!outer) return;
    const measure = () => {
      // in a tab that is not shown
      if (outer.clientWidth === 0) return;
      const stacked = getComputedStyle(outer).overflowY === 'visible';
      const height = stacked ? window.innerHeight * 0.62 : outer.clientHeight - (under?.offsetHeight ?? 0);
      room.value = { width: innerWidth(outer.closest('.centre') ?? outer), height: Math.max(LEAST_HEIGHT, Math.floor(height)) };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(outer);
    if (under) observer.observe(under);
    measure();
    return () => observer.disconnect();
  }, [panel.shown.value?.kind === 'units']);

  const image = panel.image.value;
  const shown = panel.shown.value;
  const before = shown?.kind === 'map' ? panel.mapBefore.value : undefined;
  const size = fitted(picture.value ?? NO_PICTURE, roomFor(room.value, before !== undefined));
  const { sign, upsampling, outlierPercent, colormap } = panel.view.value;
  const map = shown?.kind === 'map' ? shown.map : undefined;
  const scale = drawn.value?.normalization.scale ?? 0;
  // after a cancelled computation, or a failure that was dismissed
  const isIdle = !panel.sweep.value && !panel.work.job.value && !panel.work.problem.value;
  return (
    <div
      class="content"
      style={{ maxWidth: shown?.kind === 'units' ? '760px' : `max(${before ? 2 * size.width + GAP : size.width}px, 524px)` }}
    >
      <PaneHeader />
      <div class="explained" ref={body}>
        {shown?.kind === 'units' ? (
          <UnitChart units={shown.units} target={shown.target} height={room.value.height} />
        ) : !image ? null : (
          <div class={before ? 'stages two' : 'stages'}>
            {before && map && drawn.value && <BeforeMap image={image} map={before} now={drawn.value} size={size} />}
            {before && (
              <p class="now">
                Now{shown && shown.target.index >= 0 && `: ${shown.target.text} ${formatPercent(shown.target.probability)}`}
              </p>
            )}
            <Stage
              image={image}
              map={map}
              drawn={scale > 0 ? drawn.value : undefined}
              layer={panel.selected.value ?? ''}
              target={shown?.target}
              size={size}
              probe={probe.value}
              onProbe={(next) => {
                probe.value = next;
              }}
            />
          </div>
        )}
        {shown?.kind !== 'units' && (
          <div class="below" ref={below}>
            {scale > 0 ? <ColorBar sign={sign} colormap={colormap} scale={scale} /> : <div class="color-bar nothing" />}
            <Controls />
            <div class="words">
              {isIdle ? (
                <p class="meaning">
                  The layers have not been explained on this image.{' '}
                  <button type="button" class="link" data-testid="explain" onClick={() => void panel.setTarget(panel.chosenTarget.peek())}>
                    Explain
                  </button>
                </p>
              ) : (
                <p class="meaning" data-testid="meaning">
                  {shown?.kind === 'map' ? meaningOf(shown.map, { sign, colormap }, shown.target) : shown?.why}
                </p>
              )}
              {map && (
                <p class="muted" data-testid="resolution">
                  {resolutionOf(map, { upsampling, outlierPercent })}
                </p>
              )}
            </div>
          </div>
        )}
      </div>
      <Foot map={map} probe={probe.value} drawn={drawn.value} />
    </div>
  );
}

/** Pixels between two pictures, and of the line over them. */
const [GAP, CAPTION] = [12, 26];

/** The room of one picture, where two may stand beside each other. */
const roomFor = ({ width, height }: Size, two: boolean): Size =>
  two ? { width: Math.floor((width - GAP) / 2), height: height - CAPTION } : { width, height };

/** Pixels between the paddings. */
function innerWidth(element: Element): number {
  const { paddingLeft, paddingRight } = getComputedStyle(element);
  return element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
}
