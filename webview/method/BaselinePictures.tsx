import { useLayoutEffect, useRef } from 'preact/hooks';
import type { AttributionView } from '../../src/protocol/methods.ts';
import type { Picture } from '../../src/protocol/model.ts';
import { putPicture } from '../image/paint.ts';
import { usePanel } from '../state/context.ts';

/** What the input was compared with, in words and as the pictures that it is. */
export function ComparedWith({ view: { baselines = [], baselinePictures: pictures = [] } }: { view: AttributionView }) {
  if (baselines.length === 0) return null;
  const text = baselines.map(({ input, text: words }) => (baselines.length > 1 ? `${input}: ${words}` : words)).join('; ');
  const count = Math.max(...baselines.map(({ examples = 1 }) => examples));
  return <BaselinePictures text={`Compared with ${text}.`} pictures={pictures} count={count} testid="baseline-shown" />;
}

/** The files that were chosen as the baseline, until what came of them is shown. */
export function ChosenBaselines() {
  const { preview, own, view } = usePanel().methods;
  if (!preview.value || preview.value.baseline !== own.value.baseline || view.value) return null;
  const { text, pictures, count } = preview.value.read;
  return <BaselinePictures text={`Will be compared with ${text}.`} pictures={pictures} count={count} testid="baseline-chosen" />;
}

interface Props {
  readonly text: string;
  /** The first of them. */
  readonly pictures: readonly Picture[];
  /** How many there are. */
  readonly count: number;
  readonly testid: string;
}

function BaselinePictures({ text, pictures, count, testid }: Props) {
  return (
    <div class="muted baseline-pictures" data-testid={testid}>
      {pictures.map((picture, i) => (
        <Small key={i} picture={picture} />
      ))}
      {pictures.length > 0 && count > pictures.length && <span>and {count - pictures.length} more</span>}
      <p>{text}</p>
    </div>
  );
}

function Small({ picture }: { picture: Picture }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current) putPicture(canvas.current, picture);
  }, [picture]);
  return <canvas ref={canvas} />;
}
