import type { InputConvention } from '../../src/protocol/model.ts';
import { DraftField } from '../components/DraftField.tsx';
import { DraftForm } from '../components/DraftForm.tsx';
import { useDraft } from '../components/useDraft.ts';
import { usePanel } from '../state/context.ts';

const FROM: Readonly<Record<InputConvention['sizeFrom'], string>> = {
  model: 'fixed by the model',
  file: 'from a file beside the model',
  metadata: "from the model's metadata",
  chosen: 'chosen',
  image: "the image's own",
  assumed: 'assumed: the model leaves it open',
};

const LARGEST = 8192;

/** Height and width of the input, which can be chosen where the model leaves them open. */
export function SizeField({ input: { size, sizeFrom } }: { input: InputConvention }) {
  const panel = usePanel();
  const [height, width] = size;
  const shown = `${width} × ${height}`;
  const draft = useDraft([shown], parseSize, (chosen) => void panel.choose({ input: { ...panel.choices.peek().input, size: chosen } }));
  if (sizeFrom === 'model') return `${shown} pixels, ${FROM.model}`;
  return (
    <DraftForm draft={draft} note={<span class="muted">{draft.value ? FROM[sizeFrom] : `width × height, up to ${LARGEST}`}</span>}>
      <DraftField draft={draft} name="Width × height of the input, in pixels" wrong={!draft.value} testid="input-size" />
    </DraftForm>
  );
}

/** "640 × 480" as [height, width] */
function parseSize([text = '']: readonly string[]): readonly [number, number] | undefined {
  const [, width = 0, height = 0] = (/^\s*(\d+)\s*[×x*, ]\s*(\d+)\s*$/.exec(text) ?? []).map(Number);
  return width > 0 && height > 0 && Math.max(width, height) <= LARGEST ? [height, width] : undefined;
}
