import { type Signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Size } from '../../src/image/image.ts';

/** Pixels, and the part of the pane's height, below which the pane scrolls rather than that the picture gets smaller. */
const LEAST = { height: 200, part: 0.5 };
/** The part of a window's height that a picture takes where the pane scrolls with what lies under it. */
const STACKED = 0.62;

/** The room, in CSS pixels, that a pane has for a picture over what stands `below` it. `key`: changes where `below` comes or goes. */
export function useRoom(key: unknown) {
  const pane = useRef<HTMLDivElement>(null);
  const below = useRef<HTMLDivElement>(null);
  const room: Signal<Size> = useSignal<Size>({ width: 600, height: 480 });
  useLayoutEffect(() => {
    const [outer, under] = [pane.current, below.current];
    if (!outer) return;
    const measure = () => {
      // in a tab that is not shown
      if (outer.clientWidth === 0) return;
      const stacked = getComputedStyle(outer).overflowY === 'visible';
      const left = Math.max(outer.clientHeight * LEAST.part, outer.clientHeight - (under?.offsetHeight ?? 0));
      const height = Math.max(LEAST.height, Math.floor(stacked ? window.innerHeight * STACKED : left));
      room.value = { width: innerWidth(outer.closest('.centre') ?? outer), height };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(outer);
    if (under) observer.observe(under);
    measure();
    return () => observer.disconnect();
  }, [key]);
  return { pane, below, room };
}

/** Pixels between the paddings. */
function innerWidth(element: Element): number {
  const { paddingLeft, paddingRight } = getComputedStyle(element);
  return element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
}
