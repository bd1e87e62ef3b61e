import type { LayerMap } from '../../src/protocol/model.ts';
import { Icon } from '../components/Icon.tsx';
import type { Strength } from '../image/strength.ts';
import { shapeOf, titleOf } from '../state/layers.ts';
import type { Row } from './rows.ts';
import { Thumbnail } from './Thumbnail.tsx';

/** Pixels of indentation per level. */
const INDENT = 14;

interface Props {
  readonly row: Row;
  readonly index: number;
  readonly top: number;
  readonly selected: boolean;
  readonly active: boolean;
  /** The inputs have what says their size. */
  readonly isGiven: boolean;
  readonly map: LayerMap | undefined;
  readonly strength: Strength;
  readonly onClick: () => void;
  readonly onToggle: () => void;
  /** The row's top and right edge on the page. */
  readonly onHover: (top: number, right: number) => void;
}

export function TreeRow({ row, index, top, selected, active, isGiven, map, strength, onClick, onToggle, onHover }: Props) {
  const { layer, depth, expandable, expanded } = row;
  const title = titleOf(layer);
  const isModule = layer.op === undefined;
  const state = `${selected ? ' selected' : ''}${active ? ' active' : ''}${isModule ? ' module' : ''}`;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys belong to the tree, which owns the focus (aria-activedescendant)
    // biome-ignore lint/a11y/useFocusableInteractive: as above
    <div
      id={`layer-row-${index}`}
      class={`row${state}`}
      role="treeitem"
      aria-level={depth + 1}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-selected={selected}
      {...(expandable && { 'aria-expanded': expanded })}
      data-layer-id={layer.id}
      style={{ top: `${top}px` }}
      onClick={onClick}
      onDblClick={onToggle}
      onMouseEnter={(event) => {
        const { top: y, right } = event.currentTarget.getBoundingClientRect();
        onHover(y, right);
      }}
    >
      {Array.from({ length: depth }, (_, i) => (
        <i key={i} class="guide" style={{ left: `${18 + i * INDENT}px` }} />
      ))}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: arrows of the tree expand and collapse */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a part of the row, which is the tree item */}
      <span
        class="twistie"
        style={{ marginLeft: `${depth * INDENT}px` }}
        onClick={(event) => {
          if (!expandable) return;
          event.stopPropagation();
          onToggle();
        }}
        onDblClick={(event) => event.stopPropagation()}
      >
        {expandable && <Icon name={expanded ? 'chevron-down' : 'chevron-right'} />}
      </span>
      <span class="row-name">{title.main}</span>
      <span class="row-kind">
        {title.kind && <span>{title.kind}</span>}
        {title.made && <span class="row-made">{title.made}</span>}
      </span>
      <span class="row-shape">{shapeOf(layer, isGiven)}</span>
      <span class="row-map">{!expanded && <Thumbnail map={map} strength={strength} />}</span>
    </div>
  );
}
