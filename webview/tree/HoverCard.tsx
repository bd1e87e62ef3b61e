import { useEffect, useState } from 'preact/hooks';
import type { Layer } from '../../src/protocol/model.ts';
import type { Strength } from '../image/strength.ts';
import { formatValue } from '../image/words.ts';
import { formatCount, rounded } from '../state/layers.ts';

export interface Hovered {
  readonly layer: Layer;
  /** The row's top and right edge on the page, in pixels. */
  readonly top: number;
  readonly right: number;
}

/** Milliseconds that the pointer rests before the card comes. */
const DELAY = 550;

interface Props extends Hovered {
  readonly strength: Strength;
  /** Among the first of the layers that have maps. */
  readonly early: boolean;
}

/** What a row has no room for. */
export function HoverCard({ layer, top, right, strength, early }: Props) {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    setReady(false);
    const timer = setTimeout(() => setReady(true), DELAY);
    return () => clearTimeout(timer);
  }, [layer]);
  if (!ready) return null;
  const room = window.innerWidth - right > 280;
  const place = room ? { left: `${right + 6}px`, top: `${top}px` } : { left: '16px', top: `${top + 32}px` };
  return (
    <div class="hover-card" role="tooltip" style={place}>
      <p class="hover-title">{layer.id}</p>
      <p class="muted">{[layer.kind || 'Module', layer.detail].filter(Boolean).join(' ')}</p>
      <dl class="facts">
        <dt>Shape</dt>
        <dd>{rounded(layer.shape) || 'not known'}</dd>
        <dt>Parameters</dt>
        <dd>{formatCount(layer.parameters)}</dd>
        <dt>MACs</dt>
        <dd>{layer.macs === undefined ? 'not known' : formatCount(layer.macs)}</dd>
        {strength.kind === 'some' && (
          <>
            <dt>Map</dt>
            <dd>
              strongest {formatValue(strength.peak)}, {formatShare(strength.relative)} of the strongest layer's
            </dd>
          </>
        )}
        {(strength.kind === 'nothing' || strength.kind === 'unreachable') && (
          <>
            <dt>Map</dt>
            <dd>{strength.why}</dd>
          </>
        )}
      </dl>
      {early && strength.kind === 'some' && (
        <p class="hover-early muted">Early layers see edges and colours: their maps are seldom about one class.</p>
      )}
      {layer.note && <p class="layer-note">{layer.note}</p>}
    </div>
  );
}

const formatShare = (share: number): string => (share < 0.01 ? 'under 1%' : `${Math.round(share * 100)}%`);
