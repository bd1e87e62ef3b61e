import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../components/Icon.tsx';
import { ImagePicker } from '../components/ImagePicker.tsx';
import { Segments } from '../components/Segments.tsx';
import { usePanel } from '../state/context.ts';
import { shapeOf, titleOf } from '../state/layers.ts';
import { fileNameOf } from '../state/panel.ts';

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
  return (
    <div class="pane-header">
      <h2 title={layer?.id}>
        {path.slice(0, -1).map((name, i) => (
          <span key={i} class="path">
            {name}
            <i>›</i>
          </span>
        ))}
        {path.at(-1)}
      </h2>
      {layer && title && <span class="pane-facts muted clip">{[title.kind, shapeOf(layer), title.made].filter(Boolean).join(' · ')}</span>}
      <span class="space" />
      <ImageButton />
      {panel.shown.value?.kind !== 'units' && (
        <Segments label="Picture" testid="over" value={panel.view.value.over} options={OVER} onChange={(over) => panel.setView({ over })} />
      )}
    </div>
  );
}

function ImageButton() {
  const panel = usePanel();
  const open = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const away = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) open.value = false;
    };
    const onEscape = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') open.value = false;
    };
    document.addEventListener('pointerdown', away);
    document.addEventListener('keydown', onEscape);
    return () => {
      document.removeEventListener('pointerdown', away);
      document.removeEventListener('keydown', onEscape);
    };
  }, []);
  const name = panel.image.value?.name ?? '';
  return (
    <div class="image-button" ref={root}>
      <button
        type="button"
        class="chip"
        data-testid="change-image"
        title={`${name}: another image…`}
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
          if (open.value) void panel.refreshOffered();
        }}
      >
        <Icon name="image" />
        <span class="clip">{fileNameOf(name)}</span>
        <Icon name="chevron-down" />
      </button>
      {open.value && (
        <div class="popover">
          <ImagePicker
            onDone={() => {
              open.value = false;
            }}
          />
        </div>
      )}
    </div>
  );
}
