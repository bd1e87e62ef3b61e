import { type Signal, untracked, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  /** The button's content. */
  readonly button: ComponentChildren;
  readonly title: string;
  readonly testid: string;
  /** Class of the frame that the button and what it opens stand in. */
  readonly frame: string;
  readonly onOpen?: () => void;
  /** Whether it is open, where others open it too. */
  readonly opened?: Signal<boolean>;
  /** What opens under the button; `close` closes it. */
  readonly children: (close: () => void) => ComponentChildren;
}

/** A chip that opens something under it, which Escape, a click elsewhere or the focus going elsewhere closes again. */
export function Popover({ button, title, testid, frame, onOpen, opened, children }: Props) {
  const own = useSignal(false);
  const open = opened ?? own;
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const holds = (target: EventTarget | null) => root.current?.contains(target as Node | null) ?? false;
  const close = () => {
    if (holds(document.activeElement)) opener.current?.focus();
    open.value = false;
  };
  useSignalEffect(() => {
    if (open.value) untracked(() => onOpen?.());
  });
  useEffect(() => {
    // what was opened from elsewhere is reached with the next Tab
    if (open.value && !holds(document.activeElement)) opener.current?.focus();
  }, [open.value]);
  useEffect(() => {
    const away = ({ target }: Event) => {
      if (!holds(target)) open.value = false;
    };
    const onEscape = ({ key }: KeyboardEvent) => {
      if (key === 'Escape' && open.peek()) close();
    };
    document.addEventListener('pointerdown', away);
    document.addEventListener('keydown', onEscape);
    return () => {
      document.removeEventListener('pointerdown', away);
      document.removeEventListener('keydown', onEscape);
    };
  }, []);
  return (
    <div
      class={`popover-frame ${frame}`}
      ref={root}
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget && !holds(relatedTarget)) open.value = false;
      }}
    >
      <button
        ref={opener}
        type="button"
        class="chip"
        data-testid={testid}
        title={title}
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        {button}
      </button>
      {open.value && <div class="popover">{children(close)}</div>}
    </div>
  );
}
