import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { UnitChart } from '../chart/UnitChart.tsx';
import { ImagePicker } from '../components/ImagePicker.tsx';
import { Message } from '../components/Message.tsx';
import { Working } from '../components/Working.tsx';
import { usePanel } from '../state/context.ts';
import { ColorBar } from './ColorBar.tsx';
import { Controls } from './Controls.tsx';
import { type Drawn, drawMap } from './draw.ts';
import { Foot } from './Foot.tsx';
import { PaneHeader } from './PaneHeader.tsx';
import type { Probe } from './probe.ts';
import { Stage } from './Stage.tsx';
import { fitted, type Size } from './viewport.ts';
import { meaningOf, resolutionOf } from './words.ts';

/** Pixels below which the pane scrolls rather than that the picture gets smaller. */
const LEAST_HEIGHT = 200;

/** The centre: the image with the selected layer's map, or what stands in its place. */
export function ImagePane({ onDrawn }: { onDrawn: (drawn: Drawn | undefined) => void }) {
  const panel = usePanel();
  const image = panel.image.value;
  return (
    <main class="centre" aria-label="Explanation">
      <Message />
      {image ? <Explained onDrawn={onDrawn} /> : <Waiting />}
    </main>
  );
}

function Waiting() {
  const panel = usePanel();
  const model = panel.model.value;
  if (!model || panel.job.value)
    return (
      <div class="waiting">
        <Working />
      </div>
    );
  if (!model.input)
    return (
      <div class="waiting">
        <h2>This model takes no image</h2>
        <p class="muted">
          Its inputs are {model.inputs.map((port) => `${port.name} (${port.shape})`).join(', ')}. The layers can be looked at; there is
          nothing to lay a map over.
        </p>
      </div>
    );
  return (
    <div class="waiting">
      <h2>Explain an image</h2>
      <p class="muted">Every layer shows where in the image it finds evidence for a class.</p>
      <ImagePicker />
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
  const style = useComputed(() => {
    const { sign, colormap, outlierPercent, upsampling } = panel.view.value;
    return JSON.stringify([sign, colormap, outlierPercent, upsampling]);
  });
  const drawn = useComputed(() => {
    const shown = panel.shown.value;
    const geometry = panel.image.value?.geometry;
    if (shown?.kind !== 'map' || !geometry || !style.value) return undefined;
    const view = panel.view.peek();
    return drawMap(shown.map, view, view.upsampling, { width: geometry.inputWidth, height: geometry.inputHeight });
  });
  useSignalEffect(() => onDrawn(drawn.value));
  useSignalEffect(() => {
    panel.shown.value;
    probe.value = undefined;
  });

  useLayoutEffect(() => {
    const [outer, under] = [body.current, below.current];
    if (!outer || !under) return;
    const measure = () => {
      const stacked = getComputedStyle(outer).overflowY === 'visible';
      const height = stacked ? window.innerHeight * 0.62 : outer.clientHeight - under.offsetHeight;
      room.value = { width: outer.clientWidth, height: Math.max(LEAST_HEIGHT, Math.floor(height)) };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(outer);
    observer.observe(under);
    measure();
    return () => observer.disconnect();
  }, []);

  const image = panel.image.value;
  const shown = panel.shown.value;
  if (!image || !picture.value) return null;
  const size = fitted(picture.value, room.value);
  const { sign, upsampling, outlierPercent, colormap } = panel.view.value;
  const map = shown?.kind === 'map' ? shown.map : undefined;
  const scale = drawn.value?.scale ?? 0;
  return (
    <>
      <PaneHeader />
      <div class="explained" ref={body}>
        {shown?.kind === 'units' ? (
          <UnitChart units={shown.units} target={shown.target} height={room.value.height} />
        ) : (
          <Stage
            image={image}
            map={map}
            drawn={scale > 0 ? drawn.value : undefined}
            layer={panel.selected.value ?? ''}
            target={shown?.target.index}
            size={size}
            probe={probe.value}
            onProbe={(next) => {
              probe.value = next;
            }}
          />
        )}
        <div class="below" ref={below} style={{ maxWidth: `max(${size.width}px, 30rem)` }}>
          {shown?.kind === 'map' && (
            <>
              {scale > 0 ? <ColorBar sign={sign} colormap={colormap} scale={scale} /> : <div class="color-bar nothing" />}
              <Controls />
              <p class="meaning" data-testid="meaning">
                {meaningOf(shown.map, sign, shown.target)}
              </p>
              <p class="muted" data-testid="resolution">
                {resolutionOf(shown.map, { upsampling, outlierPercent })}
              </p>
            </>
          )}
          {shown?.kind === 'none' && (
            <p class="meaning" data-testid="meaning">
              {shown.why}
            </p>
          )}
        </div>
      </div>
      <Foot map={map} probe={probe.value} drawn={drawn.value} />
    </>
  );
}
