import { useEffect } from 'preact/hooks';
import { filesOf, handOut, mayBringFiles, NoFile, type TakenFile, type Taker } from '../drop.ts';
import { usePanel } from '../state/context.ts';
import type { Panel } from '../state/panel.ts';

/** Bytes beyond which a dropped file is not even sent. */
const LARGEST = 256 * 2 ** 20;

/** Files that are dropped anywhere on the panel, or pasted, go to who takes their kind. */
export function useDroppedFiles(root: { readonly current: HTMLElement | null }): void {
  const panel = usePanel();
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    const takers = takersOf(panel);
    const hover = (event: DragEvent) => {
      const over = event.type === 'dragover' && event.dataTransfer !== null && mayBringFiles(event.dataTransfer);
      element.classList.toggle('dropping', over);
      if (over) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      element.classList.remove('dropping');
      if (!event.dataTransfer || !mayBringFiles(event.dataTransfer)) return;
      event.preventDefault();
      try {
        handOut(filesOf(event.dataTransfer), takers);
      } catch (error) {
        if (!(error instanceof NoFile)) throw error;
        panel.fail('input', 'unsupported', error.message);
      }
    };
    const paste = (event: ClipboardEvent) => {
      const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
      if (file) handOut([{ name: file.name || 'pasted image', file }], takers);
    };
    element.addEventListener('dragover', hover);
    element.addEventListener('dragleave', hover);
    element.addEventListener('drop', drop);
    document.addEventListener('paste', paste);
    return () => {
      element.removeEventListener('dragover', hover);
      element.removeEventListener('dragleave', hover);
      element.removeEventListener('drop', drop);
      document.removeEventListener('paste', paste);
    };
  }, []);
}

/** Files of class names. */
const LABELS = /\.(txt|names|json|ya?ml|csv|tsv)$/i;

/** What is done with each kind of file; what nobody else takes is an image. */
const takersOf = (panel: Panel): readonly Taker[] => [
  {
    takes: (name) => LABELS.test(name),
    take: async (taken) => {
      const source = await sourceOf(taken, panel);
      if (source) await panel.setLabels(source);
    },
  },
  {
    takes: () => true,
    take: async (taken) => {
      const source = await sourceOf(taken, panel);
      if (source) await panel.inputs.setImage(source);
    },
  },
];

/** A file as the extension takes it; undefined, and said, where it is too large to be sent. */
async function sourceOf(taken: TakenFile, panel: Panel): Promise<{ path: string } | { name: string; bytes: Uint8Array } | undefined> {
  if ('path' in taken) return { path: taken.path };
  const { name, file } = taken;
  if (file.size <= LARGEST) return { name, bytes: new Uint8Array(await file.arrayBuffer()) };
  panel.fail('input', 'too-large', `${name} has ${Math.round(file.size / 2 ** 20)} MB; at most ${LARGEST / 2 ** 20} MB are read.`);
  return undefined;
}
