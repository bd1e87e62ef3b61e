import { type Signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Icon } from '../components/Icon.tsx';
import { strengthsOf } from '../image/strength.ts';
import { thumbnailStyleOf } from '../picture/thumbnailStyle.ts';
import { usePanel } from '../state/context.ts';
import { HoverCard, type Hovered } from './HoverCard.tsx';
import { TypeAhead, treeKey } from './keyboard.ts';
import { countLayers, firstExpanded, visibleRows } from './rows.ts';
import { TreeRow } from './TreeRow.tsx';

/** Pixels; the style sheet says the same. */
const ROW_HEIGHT = 30;
/** Rows beyond the edges that are kept, so that quick scrolling shows no gaps. */
const OVERSCAN = 10;
/** The part of the layers that counts as early. */
const EARLY = 1 / 3;

/** The model's layers: a virtual tree with search, in which selecting a row explains it. `onPick`: a row was clicked or entered. */
export function LayerTree({ onPick }: { onPick: () => void }) {
  const panel = usePanel();
  const query = useSignal('');
  const plumbing = useSignal(false);
  const expanded = useSignal<ReadonlySet<string>>(new Set());
  const search = useRef<HTMLInputElement>(null);
  const count = useComputed(() => countLayers(panel.model.value?.layers ?? [], plumbing.value));
  const rows = useComputed(() =>
    visibleRows(panel.model.value?.layers ?? [], { expanded: expanded.value, query: query.value, plumbing: plumbing.value }),
  );
  const hasPlumbing = useComputed(
    () => countLayers(panel.model.value?.layers ?? [], true) > countLayers(panel.model.value?.layers ?? [], false),
  );

  useSignalEffect(() => {
    const layers = panel.model.value?.layers;
    if (layers) expanded.value = firstExpanded(layers, panel.index.value.ancestors.get(panel.selected.peek() ?? '') ?? []);
  });
  useSignalEffect(() => {
    // once the tree is shown, where only one part is
    if (panel.command.value?.name === 'searchLayers') requestAnimationFrame(() => search.current?.focus());
  });

  return (
    <section class="layers" aria-label="Layers">
      <div class="layers-search">
        <label class="field">
          <Icon name="search" />
          <input
            ref={search}
            type="text"
            spellcheck={false}
            data-testid="layer-search"
            aria-label="Search layers by name or kind"
            placeholder={`Search ${count.value} layers`}
            value={query.value}
            onInput={(event) => {
              query.value = event.currentTarget.value;
            }}
            onKeyDown={(event) => {
              if (event.key === 'Escape') query.value = '';
              if (event.key === 'ArrowDown') document.getElementById('layer-tree')?.focus();
            }}
          />
        </label>
        {hasPlumbing.value && (
          <button
            type="button"
            class="icon-button"
            data-testid="plumbing"
            aria-pressed={plumbing.value}
            title="Show constants and shape arithmetic"
            onClick={() => {
              plumbing.value = !plumbing.value;
            }}
          >
            <Icon name="plumbing" />
          </button>
        )}
        <button
          type="button"
          class="icon-button"
          data-testid="collapse-all"
          title="Collapse all"
          onClick={() => {
            expanded.value = new Set();
          }}
        >
          <Icon name="collapse" />
        </button>
      </div>
      {query.value !== '' && rows.value.length === 0 ? (
        <p class="layers-none">No layer matches “{query.value}”.</p>
      ) : (
        <Rows rows={rows} expanded={expanded} onPick={onPick} />
      )}
    </section>
  );
}

interface RowsProps {
  readonly rows: Signal<ReturnType<typeof visibleRows>>;
  readonly expanded: Signal<ReadonlySet<string>>;
  readonly onPick: () => void;
}

function Rows({ rows, expanded, onPick }: RowsProps) {
  const panel = usePanel();
  const view = useRef<HTMLDivElement>(null);
  const first = useSignal(0);
  const page = useSignal(30);
  /** The row that keys start from, by layer: the selected one, unless it is hidden in a closed module. */
  const active = useSignal<string>();
  const hovered = useSignal<Hovered>();
  const typeAhead = useMemo(() => new TypeAhead(), []);
  const strengths = useComputed(() => strengthsOf(panel.sweep.value, thumbnailStyleOf(panel.picture.value, panel.view.value).sign));
  const early = useComputed(() => {
    const maps = panel.sweep.value?.maps ?? [];
    return new Set(maps.slice(0, Math.floor(maps.length * EARLY)).map(({ output }) => output));
  });
  const activeIndex = useComputed(() => rows.value.findIndex((row) => row.layer.id === active.value));

  const reveal = (index: number): void => {
    const element = view.current;
    if (!element || index < 0) return;
    const top = index * ROW_HEIGHT;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW_HEIGHT > element.scrollTop + element.clientHeight) element.scrollTop = top + ROW_HEIGHT - element.clientHeight;
  };
  const setExpanded = (ids: readonly string[], open: boolean): void => {
    const next = new Set(expanded.peek());
    for (const id of ids) open ? next.add(id) : next.delete(id);
    expanded.value = next;
  };

  useEffect(() => {
    const element = view.current;
    if (!element) return;
    const measure = () => {
      page.value = Math.max(1, Math.ceil(element.clientHeight / ROW_HEIGHT));
      // what has become cut off by a line that appeared below the tree
      const hidden = (activeIndex.peek() + 1) * ROW_HEIGHT - (element.scrollTop + element.clientHeight);
      if (hidden > 0 && hidden < 2 * ROW_HEIGHT) reveal(activeIndex.peek());
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  // A selection that comes from elsewhere opens what it lies in and scrolls there.
  useSignalEffect(() => {
    const id = panel.selected.value;
    if (id === undefined || id === active.peek()) return;
    active.value = id;
    const closed = (panel.index.value.ancestors.get(id) ?? []).filter((layer) => !expanded.peek().has(layer.id));
    if (closed.length > 0)
      setExpanded(
        closed.map((layer) => layer.id),
        true,
      );
    requestAnimationFrame(() => {
      const element = view.current;
      const top = activeIndex.peek() * ROW_HEIGHT;
      if (element && (top < element.scrollTop || top + ROW_HEIGHT > element.scrollTop + element.clientHeight))
        element.scrollTop = Math.round((top - element.clientHeight / 2) / ROW_HEIGHT) * ROW_HEIGHT;
    });
  });

  const moveTo = (index: number): void => {
    const row = rows.peek()[index];
    if (!row) return;
    active.value = row.layer.id;
    reveal(index);
    panel.select(row.layer.id);
  };
  const toggle = (index: number): void => {
    const row = rows.peek()[index];
    if (row?.expandable) setExpanded([row.layer.id], !row.expanded);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const list = rows.peek();
    const at = activeIndex.peek();
    const action = treeKey(event.key, list, at, page.peek() - 1);
    hovered.value = undefined;
    if (action) {
      if (action.kind === 'move') moveTo(action.to);
      else if (action.kind === 'activate') {
        moveTo(action.index);
        if (list[action.index]?.expandable) toggle(action.index);
        else onPick();
      } else if (action.kind === 'expand-siblings') setExpanded(action.ids, true);
      else setExpanded([action.id], action.kind === 'expand');
    } else if (event.key.length === 1) {
      const found = typeAhead.find(event.key, list, at, event.timeStamp);
      if (found !== undefined) moveTo(found);
    } else return;
    event.preventDefault();
  };

  const list = rows.value;
  const from = Math.max(0, first.value - OVERSCAN);
  const to = Math.min(list.length, first.value + page.value + OVERSCAN);
  const at = activeIndex.value;
  const drawn = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  // aria-activedescendant must name a row that is there
  if (at >= 0 && (at < from || at >= to)) drawn.push(at);

  return (
    <div
      id="layer-tree"
      class={panel.ready.value ? 'tree with-maps' : 'tree'}
      role="tree"
      aria-label="Layers of the model"
      data-testid="layer-tree"
      tabIndex={0}
      ref={view}
      {...(at >= 0 && { 'aria-activedescendant': `layer-row-${at}` })}
      onScroll={(event) => {
        first.value = Math.floor(event.currentTarget.scrollTop / ROW_HEIGHT);
        hovered.value = undefined;
      }}
      onKeyDown={onKeyDown}
      onMouseLeave={() => {
        hovered.value = undefined;
      }}
    >
      <div class="tree-rows" role="presentation" style={{ height: `${list.length * ROW_HEIGHT}px` }}>
        {drawn.map((index) => {
          const row = list[index];
          return (
            row && (
              <TreeRow
                key={row.layer.id}
                row={row}
                index={index}
                top={index * ROW_HEIGHT}
                selected={row.layer.id === panel.selected.value}
                active={index === at}
                isGiven={panel.ready.value}
                map={panel.maps.value.get(row.layer.output)}
                strength={strengths.value.of(row.layer.output)}
                onClick={() => {
                  moveTo(index);
                  onPick();
                }}
                onToggle={() => toggle(index)}
                onHover={(top, right) => {
                  hovered.value = { layer: row.layer, top, right };
                }}
              />
            )
          );
        })}
      </div>
      {hovered.value && (
        <HoverCard
          {...hovered.value}
          strength={strengths.value.of(hovered.value.layer.output)}
          early={early.value.has(hovered.value.layer.output)}
        />
      )}
    </div>
  );
}
