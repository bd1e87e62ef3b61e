import type { InputSource } from '../../src/protocol/inputs.ts';
import { Icon } from '../components/Icon.tsx';
import { ImagePicker } from '../components/ImagePicker.tsx';
import { Popover } from '../components/Popover.tsx';
import { Segments } from '../components/Segments.tsx';
import { nameOfSource } from '../inputs/InputList.tsx';
import { InputsChip } from '../inputs/InputsChip.tsx';
import { usePanel } from '../state/context.ts';
import { shapeOf, titleOf } from '../state/layers.ts';
import { ConventionChip } from './ConventionChip.tsx';

const OVER = [
  { value: 'original', text: 'Photo', title: 'Over the whole image; what the network does not see is dimmed' },
  { value: 'input', text: 'Input', title: "Over the network's input, as it sees it" },
] as const;

/** Which layer is shown, on which image. */
export function PaneHeader() {
  const panel = usePanel();
  const { info, isOfPixels, view } = panel.methods;
  const layer = isOfPixels.value && info.value?.level === 'primary' ? undefined : panel.layer.value;
  const title = layer && titleOf(layer);
  const path = layer && title ? [...(panel.index.value.ancestors.get(layer.id) ?? []).map(({ name }) => name), title.main] : [];
  const { input, inputs = [] } = panel.model.value ?? {};
  const photo = panel.photo.value;
  const source = panel.given.value?.sources[inputs.find(({ takes }) => takes === 'image')?.name ?? ''];
  return (
    <div class="pane-header">
      {(layer || photo) && (
        <div class="pane-title">
          <h2 title={layer?.id}>
            {!layer && isOfPixels.value && 'Input'}
            {path.slice(0, -1).map((name, i) => (
              <span key={i} class="path">
                {name}
                <i>›</i>
              </span>
            ))}
            {path.at(-1)}
          </h2>
          <span class="pane-facts muted clip">
            {layer && title
              ? [title.kind, shapeOf(layer, true), title.made].filter(Boolean).join(' · ')
              : isOfPixels.value && view.value?.shape}
          </span>
          {photo && panel.shown.value?.kind !== 'units' && panel.picture.value.kind === 'overlay' && (
            <Segments
              label="Laid over"
              testid="over"
              value={panel.view.value.over}
              options={OVER}
              onChange={(over) => panel.setView({ over })}
            />
          )}
        </div>
      )}
      <div class="pane-image">
        {source && <ImageButton source={source} />}
        {input && source?.kind === 'image' && <ConventionChip input={input} />}
        {(!input || inputs.length > 1) && <InputsChip />}
      </div>
    </div>
  );
}

function ImageButton({ source }: { source: InputSource }) {
  const panel = usePanel();
  return (
    <Popover
      frame="image-button"
      testid="change-image"
      title={`${source.kind === 'constant' ? source.value : source.path}: another image…`}
      onOpen={() => void panel.inputs.refreshOffered()}
      button={
        <>
          <Icon name="image" />
          <span class="clip">{nameOfSource(source)}</span>
          <Icon name="chevron-down" />
        </>
      }
    >
      {(close) => <ImagePicker onDone={close} />}
    </Popover>
  );
}
