import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { seenRegion } from '../../src/image/geometry.ts';
import type { Rect, Size } from '../../src/image/image.ts';
import type { Explained, InputImage, LayerMap } from '../../src/protocol/model.ts';
import { hasCells } from '../method/neuron.ts';
import { usePanel } from '../state/context.ts';
import { boxOf, OverlayCanvas, PictureCanvas } from './canvases.tsx';
import type { Drawn } from './draw.ts';
import { type Probe, probeAt, stepProbe } from './probe.ts';
import { CellMark, RegionMark, useRegion } from './Region.tsx';
import { backdropOf, centerAfterZoom, MAX_ZOOM, pictureUnder, placed } from './viewport.ts';
import { formatValue } from './words.ts';

interface Props {
  readonly image: InputImage;
  readonly map: LayerMap | undefined;
  readonly drawn: Drawn | undefined;
  readonly layer: string;
  readonly target: Explained | undefined;
  /** Which of two that are compared it is. */
  readonly when?: 'before' | 'now' | undefined;
  /** Which of several pictures it is, in words. */
  readonly name?: string | undefined;
  /** CSS pixels of the stage. */
  readonly size: Size;
  /** What is in the middle of it, 0 to 1 per axis of the picture. */
  readonly center: Signal<Center>;
  readonly probe: Probe | undefined;
  readonly onProbe: (probe: Probe | undefined) => void;
}

export interface Center {
  readonly x: number;
  readonly y: number;
}

export const CENTER: Center = { x: 0.5, y: 0.5 };
/** Pixels that a pointer may move in a click. */
const CLICK = 3;

/** The picture with the map over it: zoom (wheel with ctrl, + − 0), pan (drag, wheel, shift and arrows), a point to read (pointer, arrows), and Ctrl+C to copy it. */
export function Stage({ image, map, drawn, layer, target, when, name, size, center, probe, onProbe }: Props) {
  const panel = usePanel();
  const stage = useRef<HTMLDivElement>(null);
  const { zoom, opacity } = panel.view.value;
  const over = panel.over.value;
  const photo = over === 'original';
  const { picture, region } = pictureUnder(image, over);
  const backdrop = drawn && !drawn.covers ? backdropOf(picture, map, image.geometry) : undefined;
  const place = placed(picture, size, zoom, center.value);
  const drawing = useRegion(target?.target);
  const { isPicking } = panel.methods;
  const { cell } = panel.picked.value;
  const cells = panel.layer.value?.cells;
  /** The picture was moved since the pointer went down. */
  const moved = useRef(false);
  const pick = (at: Probe | undefined): void => {
    if (at && panel.layer.value && hasCells(panel.layer.value)) void panel.runs.pick({ cell: { row: at.row, column: at.column } });
  };

  useEffect(() => {
    center.value = CENTER;
  }, [image, over]);

  const zoomBy = (factor: number, at = { x: size.width / 2, y: size.height / 2 }): void => {
    const next = Math.min(MAX_ZOOM, Math.max(1, zoom * factor));
    center.value = centerAfterZoom(picture, size, place, next / zoom, at);
    panel.setView({ zoom: next });
  };
  const panBy = (dx: number, dy: number): void => {
    const along = (corner: number, delta: number, length: number, room: number) => (room / 2 - corner - delta) / length;
    const moved = placed(picture, size, zoom, {
      x: along(place.x, dx, picture.width * place.scale, size.width),
      y: along(place.y, dy, picture.height * place.scale, size.height),
    });
    center.value = {
      x: along(moved.x, 0, picture.width * moved.scale, size.width),
      y: along(moved.y, 0, picture.height * moved.scale, size.height),
    };
  };
  /** Of a point of the page, as parts (0 to 1) of what the network sees. */
  const seenAt = (event: MouseEvent) => {
    const box = stage.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    const x = (event.clientX - box.left - place.x) / place.scale;
    const y = (event.clientY - box.top - place.y) / place.scale;
    return { x: (x - region.x) / region.width, y: (y - region.y) / region.height };
  };

  // Wheel listeners of the framework are passive, so that they could not stop the page from zooming.
  useEffect(() => {
    const element = stage.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey || event.metaKey) {
        const box = element.getBoundingClientRect();
        zoomBy(Math.exp(-event.deltaY / 300), { x: event.clientX - box.left, y: event.clientY - box.top });
      } else if (zoom > 1) panBy(-event.deltaX, -event.deltaY);
      else return;
      event.preventDefault();
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] as
      | [number, number]
      | undefined;
    if (event.ctrlKey || event.metaKey || event.altKey) {
      // by the key and not by the browser's copy event, which VS Code may keep to itself
      const copies = event.key === 'c' && !event.altKey && !event.shiftKey && (window.getSelection()?.isCollapsed ?? true);
      if (!copies) return;
      panel.command.value = { name: 'copyPicture' };
    } else if (arrow && event.shiftKey) panBy(-arrow[0] * 48, -arrow[1] * 48);
    else if (arrow && map) onProbe(stepProbe(probe, map, arrow));
    else if (event.key === '+' || event.key === '=') zoomBy(1.25);
    else if (event.key === '-') zoomBy(0.8);
    else if (event.key === '0') panel.setView({ zoom: 1 });
    else if (event.key === 'Enter' && isPicking.value && probe) pick(probe);
    else if (event.key === 'Escape') onProbe(undefined);
    else return;
    event.preventDefault();
  };
  const onPointerDown = (down: PointerEvent): void => {
    const element = stage.current;
    drawing.onPointerDown(down, seenAt);
    moved.current = false;
    if (drawing.canDraw || zoom === 1 || down.button !== 0 || !element) return;
    element.setPointerCapture(down.pointerId);
    element.classList.add('panning');
    let [x, y] = [down.clientX, down.clientY];
    const start = center.peek();
    let [dx, dy] = [0, 0];
    const move = (event: PointerEvent) => {
      dx += event.clientX - x;
      dy += event.clientY - y;
      moved.current ||= Math.hypot(dx, dy) > CLICK;
      [x, y] = [event.clientX, event.clientY];
      center.value = { x: start.x - dx / (picture.width * place.scale), y: start.y - dy / (picture.height * place.scale) };
    };
    element.addEventListener('pointermove', move);
    element.addEventListener(
      'lostpointercapture',
      () => {
        element.removeEventListener('pointermove', move);
        element.classList.remove('panning');
      },
      { once: true },
    );
  };

  const suffix = when === 'before' ? '-before' : '';
  const box = boxOf(region, picture);
  const seen = photo ? seenRegion(image.geometry) : region;
  const margin = { left: seen.x * place.scale, top: seen.y * place.scale };
  const partial = seen.width < picture.width - 0.5 || seen.height < picture.height - 0.5;
  const pixelated = place.scale > 4;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of canvases is no fieldset
    <div
      ref={stage}
      class={`stage${drawing.canDraw ? ' drawing' : zoom > 1 ? ' zoomed' : ''}`}
      role="group"
      aria-roledescription="picture"
      aria-label={`${name ? `${name}. ` : ''}The image and the map over it. Arrows read a cell, plus and minus zoom, control and C copy the picture.`}
      data-testid={`stage${suffix}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is operated with keys
      tabIndex={0}
      style={{ width: `${size.width}px`, height: `${size.height}px` }}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => map && onProbe(drawing.canDraw ? undefined : probeAt(seenAt(event), map))}
      onPointerLeave={() => onProbe(undefined)}
      onClick={(event) => {
        if (isPicking.value && map && !moved.current) pick(probeAt(seenAt(event), map));
      }}
    >
      <div
        class={pixelated ? 'world pixelated' : 'world'}
        style={{
          transform: `translate(${place.x}px, ${place.y}px)`,
          width: `${picture.width * place.scale}px`,
          height: `${picture.height * place.scale}px`,
        }}
      >
        <PictureCanvas picture={picture} />
        {backdrop && <PictureCanvas picture={backdrop} opacity={opacity} testid={`backdrop${suffix}`} />}
        {drawn && (
          <OverlayCanvas
            drawn={drawn}
            layer={layer}
            target={target?.index}
            box={box}
            opacity={drawn.covers ? 1 : opacity}
            testid={`overlay${suffix}`}
          />
        )}
        {cell && cells && <CellMark cell={cell} cells={cells} region={region} picture={picture} />}
        {drawing.part && <RegionMark part={drawing.part} region={region} picture={picture} />}
        {partial && <div class="seen" style={boxOf(seen, picture)} />}
        {probe && drawn && <ProbeMark probe={probe} value={drawn.valueAt(probe.x, probe.y)} region={region} scale={place.scale} />}
      </div>
      {partial && zoom === 1 && margin.top >= 22 && (
        <p
          class="seen-caption"
          style={{ left: `${Math.max(8, margin.left)}px`, right: `${Math.max(8, margin.left)}px`, top: `${margin.top - 21}px` }}
        >
          <span>Seen by the network</span>
          <span>
            {image.geometry.inputWidth} × {image.geometry.inputHeight}
          </span>
        </p>
      )}
    </div>
  );
}

function ProbeMark({ probe, value, region, scale }: { probe: Probe; value: number; region: Rect; scale: number }) {
  const left = `${(region.x + probe.x * region.width) * scale}px`;
  const top = `${(region.y + probe.y * region.height) * scale}px`;
  const flip = `${probe.x > 0.8 ? ' left' : ''}${probe.y < 0.06 ? ' below' : ''}`;
  return (
    <div class={`probe${flip}`} style={{ left, top }} data-testid="probe">
      <i />
      <span>{formatValue(value)}</span>
    </div>
  );
}
