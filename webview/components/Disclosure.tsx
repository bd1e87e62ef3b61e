import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  readonly text: string;
  readonly testid: string;
  /** Whether it is open, where others open it too. */
  readonly opened?: Signal<boolean>;
  /** What opens in the link's place; `close` closes it. Its first field gets the focus. */
  readonly children: (close: () => void) => ComponentChildren;
}

/** A link that opens a form in its place until Escape, a choice, or the focus goes elsewhere. */
export function Disclosure({ text, testid, opened, children }: Props) {
  const own = useSignal(false);
  const open = opened ?? own;
  const link = useRef<HTMLButtonElement>(null);
  const form = useRef<HTMLDivElement>(null);
  const returns = useRef(false);
  const close = () => {
    returns.current = true;
    open.value = false;
  };
  useEffect(() => {
    if (open.value) form.current?.querySelector('input')?.focus();
    else if (returns.current) link.current?.focus();
    returns.current = false;
  }, [open.value]);
  if (open.value)
    return (
      // biome-ignore lint/a11y/noStaticElementInteractions: Escape is heard for the fields in it
      <div
        ref={form}
        onFocusOut={({ currentTarget, relatedTarget }) => {
          if (!currentTarget.contains(relatedTarget as Node | null)) open.value = false;
        }}
        onKeyDown={({ key }) => {
          if (key === 'Escape') close();
        }}
      >
        {children(close)}
      </div>
    );
  return (
    <button
      ref={link}
      type="button"
      class="link"
      data-testid={testid}
      onClick={() => {
        open.value = true;
      }}
    >
      {text}
    </button>
  );
}
