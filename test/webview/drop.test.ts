import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { pathOfUri } from '../../webview/drop.ts';
import { untilState } from './harness/page.ts';
import { usePanels } from './harness/suite.ts';

const panels = usePanels();

/** What is put into a transfer: text by type, and a file of three bytes. */
interface Carried {
  readonly text?: Readonly<Record<string, string>>;
  readonly file?: string;
}

/** Drops or pastes as the browser would. @returns whether somebody took it */
const give = (page: Page, kind: 'drop' | 'paste', carried: Carried): Promise<boolean> =>
  page.evaluate(
    ({ kind, text, file }) => {
      const transfer = new DataTransfer();
      for (const [type, value] of Object.entries(text ?? {})) transfer.setData(type, value);
      if (file) transfer.items.add(new File([new Uint8Array([1, 2, 3])], file, { type: 'image/png' }));
      const options = { bubbles: true, cancelable: true };
      const event =
        kind === 'drop'
          ? new DragEvent('drop', { dataTransfer: transfer, ...options })
          : new ClipboardEvent('paste', { clipboardData: transfer, ...options });
      document.querySelector('[data-testid=panel]')?.dispatchEvent(event);
      return event.defaultPrevented;
    },
    { kind, ...carried },
  );

/** What the extension was given as images: paths, or names and bytes. */
const given = (page: Page): Promise<unknown[]> =>
  page.evaluate(() =>
    window.fakeHost.calls
      .filter(({ name }) => name === 'setImage')
      .map(({ params }) => {
        const { path, name, bytes } = params as { path?: string; name?: string; bytes?: Uint8Array };
        return path ?? [name, ...(bytes ?? [])];
      }),
  );

const PHOTO = '/workspace/images/house.jpg';
const OTHER = '/workspace/images/cactus-and-rocket.jpg';

describe('an image that is dropped', () => {
  test.each<[string, Carried, unknown]>([
    ['from the desktop, with its bytes', { file: 'photo.png' }, ['photo.png', 1, 2, 3]],
    [
      "from the desktop, where its path may be another machine's",
      { file: 'photo.png', text: { 'text/uri-list': `file://${PHOTO}` } },
      ['photo.png', 1, 2, 3],
    ],
    [
      "from VS Code's explorer, by its path",
      { text: { 'application/vnd.code.uri-list': `file://${PHOTO}`, 'text/uri-list': `file://${PHOTO}`, 'text/plain': PHOTO } },
      PHOTO,
    ],
    [
      'from the explorer of a remote window',
      { text: { 'application/vnd.code.uri-list': `vscode-remote://ssh-remote%2Bhost${PHOTO}` } },
      PHOTO,
    ],
    [
      'with others, of which the first is shown',
      { text: { 'application/vnd.code.uri-list': `file://${PHOTO}\r\nfile://${OTHER}` } },
      PHOTO,
    ],
    ['by a list of URIs with a comment', { text: { 'text/uri-list': `# photos\r\nfile://${PHOTO}\r\n` } }, PHOTO],
  ])('%s', async (_, carried, expected) => {
    const page = await panels.open();
    await untilState(page, 'empty');
    expect(await give(page, 'drop', carried)).toBe(true);
    await untilState(page, 'ready');
    expect(await given(page)).toEqual([expected]);
  });

  test('is outlined while it is over the panel; text is not', async () => {
    const page = await panels.open();
    await untilState(page, 'empty');
    const over = (type: string) =>
      page.evaluate((mime) => {
        const transfer = new DataTransfer();
        transfer.setData(mime, 'file:///a.png');
        const panel = document.querySelector('[data-testid=panel]');
        panel?.dispatchEvent(new DragEvent('dragover', { dataTransfer: transfer, bubbles: true, cancelable: true }));
        return panel?.classList.contains('dropping');
      }, type);
    expect(await over('application/vnd.code.uri-list')).toBe(true);
    expect(await over('text/plain')).toBe(false);
    expect(await give(page, 'drop', { text: { 'text/plain': PHOTO } })).toBe(false);
    expect(await given(page)).toEqual([]);
  });

  test('from where the compute process cannot read is refused in words', async () => {
    const page = await panels.open();
    await untilState(page, 'empty');
    await give(page, 'drop', { text: { 'application/vnd.code.uri-list': 'vscode-vfs://github/owner/repository/photo.png' } });
    await untilState(page, 'error');
    expect(await page.locator('[data-testid=message]').textContent()).toMatch(/photo\.png is not a file on the disk/);
    expect(await given(page)).toEqual([]);
  });
});

test('an image that is pasted is taken with its bytes, text is left to others', async () => {
  const page = await panels.open();
  await untilState(page, 'empty');
  await give(page, 'paste', { text: { 'text/plain': PHOTO } });
  await give(page, 'paste', { file: 'pasted.png' });
  await untilState(page, 'ready');
  expect(await given(page)).toEqual([['pasted.png', 1, 2, 3]]);
});

test.each([
  ['file:///home/me/a%20photo%23.png', '/home/me/a photo#.png'],
  ['file:///c%3A/Users/me/photo.png', 'c:\\Users\\me\\photo.png'],
  ['file://server/share/photo.png', '\\\\server\\share\\photo.png'],
  ['vscode-remote://wsl%2Bdebian/home/me/photo.png', '/home/me/photo.png'],
  ['vscode-remote://127.0.0.1:8080/home/ada/photo.png', '/home/ada/photo.png'],
  ['https://example.com/photo.png', undefined],
  ['untitled:photo.png', undefined],
  ['/home/me/photo.png', undefined],
  ['file:///%E0%A4%A.png', undefined],
])('the URI %s is the path %s', (uri, path) => {
  expect(pathOfUri(uri)).toBe(path);
});
