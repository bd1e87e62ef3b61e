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

/** A chip that opens something under it; a click elsewhere or Escape closes it again. */
export function Popover({ button, title, testid, frame, onOpen, opened, children }: Props) {
  const own = useSignal(false);
  const open = opened ?? own;
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => {
    open.value = false;
  };
  useSignalEffect(() => {
    if (open.value) untracked(() => onOpen?.());
  });
  useEffect(() => {
    const away = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) close();
    };
    const onEscape = ({ key }: KeyboardEvent) => {
      if (key !== 'Escape' || !open.peek()) return;
      close();
      opener.current?.focus();
    };
    document.addEventListener('pointerdown', away);
    document.addEventListener('keydown', onEscape);
    return () => {
      document.removeEventListener('pointerdown', away);
      document.removeEventListener('keydown', onEscape);
    };
  }, []);
  return (
    <div class={`popover-frame ${frame}`} ref={root}>
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
