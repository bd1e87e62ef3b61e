interface Props {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** The column that it sizes lies to the right of it. */
  readonly reverse?: boolean;
  readonly onChange: (value: number) => void;
}

const STEP = 16;

/** The border between two columns: dragged, or moved with the arrow keys. */
export function Splitter({ label, value, min, max, reverse = false, onChange }: Props) {
  const sign = reverse ? -1 : 1;
  const set = (next: number) => onChange(Math.round(Math.min(max, Math.max(min, next))));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator with a value is a control, which hr is not
    <div
      class="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onKeyDown={(event) => {
        const steps = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
        if (steps === undefined) return;
        event.preventDefault();
        set(value + sign * steps);
      }}
      onPointerDown={(event) => {
        const { currentTarget: handle, clientX: from, pointerId } = event;
        event.preventDefault();
        handle.setPointerCapture(pointerId);
        const move = (moved: PointerEvent) => set(value + sign * (moved.clientX - from));
        handle.addEventListener('pointermove', move);
        handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), { once: true });
      }}
    />
  );
}
