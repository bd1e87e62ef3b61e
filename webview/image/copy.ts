/** Milliseconds to wait for the focus, which a command of the palette takes away. */
const UNTIL_FOCUSED = 1000;

/**
 * Puts a PNG onto the clipboard.
 * @throws DOMException or TypeError where the browser does not let this page
 */
export async function copyPng(png: Uint8Array<ArrayBuffer>): Promise<void> {
  await focused();
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([png], { type: 'image/png' }) })]);
}

/** Only a page with the focus may write to the clipboard. */
function focused(): Promise<void> {
  window.focus();
  if (document.hasFocus()) return Promise.resolve();
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(UNTIL_FOCUSED);
    window.addEventListener('focus', () => resolve(), { once: true, signal });
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
