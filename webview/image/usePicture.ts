import { useSignal, useSignalEffect } from '@preact/signals';
import { drawPicture } from '../../src/image/drawPicture.ts';
import type { SeenStyle } from '../../src/image/pictureStyle.ts';
import type { LayerMap } from '../../src/protocol/model.ts';
import { styleBeside } from '../picture/drawSeen.ts';
import { usePanel } from '../state/context.ts';
import { fileNameOf } from '../state/fileName.ts';
import { copyPng } from './copy.ts';
import type { Drawn } from './draw.ts';
import { composePng, seenPng } from './save.ts';

/** Milliseconds for which it is shown that the picture was copied. */
const SHOWN = 2000;

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Saving and copying the picture that is shown, by button, key or command. */
export function usePicture(drawn: { readonly current: Drawn | undefined }) {
  const panel = usePanel();
  const copied = useSignal(false);

  const seenNow = (map: LayerMap, style: SeenStyle) => {
    const seen = panel.seen.peek();
    return drawPicture(map, seen, styleBeside(style, map, panel.mapBefore.peek()?.map, seen));
  };
  /** Undefined, and said, where no map is shown. */
  const compose = async (stage: 'saving' | 'copying') => {
    const [image, shown, picture] = [panel.image.peek(), panel.shown.peek(), panel.picture.peek()];
    if (image && shown?.kind === 'map' && (picture.kind === 'seen' || drawn.current)) {
      const name = `${fileNameOf(image.name || (panel.model.peek()?.path ?? '')).replace(/\.[^.]*$/, '')}-${panel.selected.peek()}-${shown.target.text}.png`;
      const png =
        picture.kind === 'seen'
          ? await seenPng(seenNow(shown.map, picture.style))
          : await composePng(image, shown.map, drawn.current as Drawn, panel.view.peek());
      return { name: name.replace(/[^\w.-]+/g, '-'), png };
    }
    const why = picture.kind === 'problem' ? picture.problem : 'No map is shown. Choose an image, and a layer that has height and width.';
    panel.fail(stage, 'internal', why);
    return undefined;
  };
  const save = async (): Promise<void> => {
    try {
      const picture = await compose('saving');
      if (picture) await panel.savePicture(picture.name, picture.png);
    } catch (error) {
      panel.fail('saving', 'internal', reason(error));
    }
  };
  const copy = async (): Promise<void> => {
    try {
      const picture = await compose('copying');
      if (!picture) return;
      await copyPng(picture.png);
      copied.value = true;
      setTimeout(() => {
        copied.value = false;
      }, SHOWN);
    } catch (error) {
      panel.fail('copying', 'internal', `The clipboard cannot be written from here (${reason(error)}). Save the picture instead.`);
    }
  };
  useSignalEffect(() => {
    const { name } = panel.command.value ?? {};
    if (name === 'savePicture') void save();
    if (name === 'copyPicture') void copy();
  });
  return { save, copy, copied };
}
