import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { ClassChart } from '../chart/ClassChart.tsx';
import type { Drawn } from '../image/draw.ts';
import { ImagePane } from '../image/ImagePane.tsx';
import { usePicture } from '../image/usePicture.ts';
import { usePanel } from '../state/context.ts';
import { LayerTree } from '../tree/LayerTree.tsx';
import { LayerInfo } from './LayerInfo.tsx';
import { Splitter } from './Splitter.tsx';
import { TopBar } from './TopBar.tsx';
import { useDroppedFiles } from './useDroppedFiles.ts';
import { useKeptFocus } from './useKeptFocus.ts';

const TABS = [
  ['layers', 'Layers'],
  ['image', 'Image'],
  ['prediction', 'Prediction'],
] as const;
type Tab = (typeof TABS)[number][0];

const TAB_OF_COMMAND: Readonly<Record<string, Tab>> = { searchLayers: 'layers', chooseTarget: 'prediction' };

const COLUMNS = [348, 320] as const;
const [LEAST, MOST] = [220, 640];

/** The whole panel: three columns, two in a narrower window, tabs in a narrow one. */
export function PanelView() {
  const panel = usePanel();
  const tab = useSignal<Tab>('image');
  const drawn = useRef<Drawn>(undefined);
  const [left, right] = panel.columns.value ?? COLUMNS;
  const root = useRef<HTMLDivElement>(null);

  const picture = usePicture(drawn);
  useDroppedFiles(root);
  useKeptFocus(root);
  useSignalEffect(() => {
    root.current?.style.setProperty('--left', `${panel.columns.value?.[0] ?? COLUMNS[0]}px`);
    root.current?.style.setProperty('--right', `${panel.columns.value?.[1] ?? COLUMNS[1]}px`);
  });

  // what was asked for in one part and happens in another, where only one is shown
  useSignalEffect(() => {
    const asked = TAB_OF_COMMAND[panel.command.value?.name ?? ''];
    if (asked) tab.value = asked;
  });
  useSignalEffect(() => {
    if (panel.comparing.value || panel.drawing.value) tab.value = 'image';
  });

  const sweep = panel.sweep.value;
  return (
    <div
      class={panel.model.value ? 'panel' : 'panel bare'}
      ref={root}
      data-testid="panel"
      data-state={panel.phase.value}
      data-tab={tab.value}
    >
      <TopBar picture={picture} />
      <div class="tabs" role="tablist" aria-label="Parts of the panel">
        {TABS.map(([name, text]) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={tab.value === name}
            data-tab-name={name}
            onClick={() => {
              tab.value = name;
            }}
          >
            {text}
          </button>
        ))}
      </div>
      <nav class="left">
        <LayerTree
          onPick={() => {
            tab.value = 'image';
          }}
        />
        {sweep && sweep.refusals.length > 0 && (
          <p class="left-foot words" data-testid="refusals">
            {sweep.refusals.join(' ')}
          </p>
        )}
        <p class="left-foot" data-testid="sweep-time">
          {sweep && `${sweep.maps.length} maps in ${formatMs(sweep.ms)}`}
        </p>
      </nav>
      <Splitter label="Width of the layers" value={left} min={LEAST} max={MOST} onChange={(value) => setColumns(value, right)} />
      <ImagePane
        onDrawn={(next) => {
          drawn.current = next;
        }}
      />
      <Splitter
        label="Width of the prediction"
        value={right}
        min={LEAST}
        max={MOST}
        reverse
        onChange={(value) => setColumns(left, value)}
      />
      <aside class="right">
        <ClassChart />
        <LayerInfo />
      </aside>
    </div>
  );

  function setColumns(l: number, r: number): void {
    panel.columns.value = [l, r];
  }
}

const formatMs = (ms: number): string =>
  ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
