import { Icon } from '../components/Icon.tsx';
import { ImagePicker } from '../components/ImagePicker.tsx';
import { Popover } from '../components/Popover.tsx';
import { Segments } from '../components/Segments.tsx';
import { InputsChip } from '../inputs/InputsChip.tsx';
import { usePanel } from '../state/context.ts';
import { shapeOf, titleOf } from '../state/layers.ts';
import { fileNameOf } from '../state/panel.ts';
import { ConventionChip } from './ConventionChip.tsx';

const OVER = [
  { value: 'original', text: 'Photo', title: 'Over the whole image; what the network does not see is dimmed' },
  { value: 'input', text: 'Input', title: "Over the network's input, as it sees it" },
] as const;

/** Which layer is shown, on which image. */
export function PaneHeader() {
  const panel = usePanel();
  const layer = panel.layer.value;
  const title = layer && titleOf(layer);
  const path = layer && title ? [...(panel.index.value.ancestors.get(layer.id) ?? []).map(({ name }) => name), title.main] : [];
  const { input, inputs = [] } = panel.model.value ?? {};
  return (
    <div class="pane-header">
      <div class="pane-title">
        <h2 title={layer?.id}>
          {path.slice(0, -1).map((name, i) => (
            <span key={i} class="path">
              {name}
              <i>›</i>
            </span>
          ))}
          {path.at(-1)}
        </h2>
        {layer && title && (
          <span class="pane-facts muted clip">{[title.kind, shapeOf(layer), title.made].filter(Boolean).join(' · ')}</span>
        )}
      </div>
      <div class="pane-image">
        {input && <ImageButton />}
        {input && <ConventionChip input={input} />}
        {(!input || inputs.length > 1) && <InputsChip />}
        <span class="space" />
        {panel.shown.value?.kind !== 'units' && (
          <Segments
            label="Picture"
            testid="over"
            value={panel.view.value.over}
            options={OVER}
            onChange={(over) => panel.setView({ over })}
          />
        )}
      </div>
    </div>
  );
}

function ImageButton() {
  const panel = usePanel();
  const name = panel.photo.value?.name ?? '';
  return (
    <Popover
      frame="image-button"
      testid="change-image"
      title={`${name}: another image…`}
      onOpen={() => void panel.refreshOffered()}
      button={
        <>
          <Icon name="image" />
          <span class="clip">{fileNameOf(name)}</span>
          <Icon name="chevron-down" />
        </>
      }
    >
      {(close) => <ImagePicker onDone={close} />}
    </Popover>
  );
}
