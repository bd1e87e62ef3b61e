import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

const FOCUSABLE = 'button:not(:disabled), input:not(:disabled), select:not(:disabled), [tabindex="0"]';

/** Where what has the keyboard's focus goes away, the focus goes to the first thing that is left or comes beside it, not out of its part of the panel. */
export function useKeptFocus(root: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    /** What has the focus, then all that it lies in, without the panel itself. */
    let path: readonly Element[] = [];
    const onFocusIn = ({ target }: FocusEvent) => {
      path = [];
      for (let at = target as Element | null; at && at !== element; at = at.parentElement) path = [...path, at];
    };
    const onFocusOut = ({ relatedTarget }: FocusEvent) => {
      if (relatedTarget) return;
      // a removal tells of itself in the same way
      queueMicrotask(() => {
        if (path[0]?.isConnected && document.activeElement !== path[0]) path = [];
      });
    };
    const observer = new MutationObserver(() => {
      if (path.length === 0 || path[0]?.isConnected || document.activeElement !== document.body) return;
      const left = path.filter((ancestor) => ancestor.isConnected);
      const next = left
        .flatMap((ancestor) => [...ancestor.querySelectorAll<HTMLElement>(FOCUSABLE)])
        .find((found) => found.checkVisibility());
      next?.focus({ preventScroll: true });
    });
    element.addEventListener('focusin', onFocusIn);
    element.addEventListener('focusout', onFocusOut);
    observer.observe(element, { childList: true, subtree: true });
    return () => {
      element.removeEventListener('focusin', onFocusIn);
      element.removeEventListener('focusout', onFocusOut);
      observer.disconnect();
    };
  }, []);
}
