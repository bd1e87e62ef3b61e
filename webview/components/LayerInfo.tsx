import type { ComponentChildren } from 'preact';
import type { Layer, ModelSummary } from '../../src/protocol/model.ts';
import { usePanel } from '../state/context.ts';
import { formatCount, rounded, shapeOf } from '../state/layers.ts';
import { TokenGridFact } from './TokenGridFact.tsx';

/** The selected layer in numbers, and what was noticed about the model. */
export function LayerInfo() {
  const panel = usePanel();
  const layer = panel.layer.value;
  const model = panel.model.value;
  if (!model) return null;
  // what is wrong with the class names is said beside them
  const notes = model.notes.filter((note) => note !== model.labelling?.mismatch);
  const grid = layer?.cells?.layout.startsWith('tokens') ? gridOf(layer, model) : undefined;
  return (
    <>
      {layer && (
        <section class="info" aria-label="Selected layer" data-testid="layer-info">
          <h2>Layer</h2>
          <dl class="facts">
            <Fact name="Path">{layer.id}</Fact>
            {layer.op && <Fact name="Operator">{layer.op}</Fact>}
            {layer.node && layer.node !== layer.id && <Fact name="Node">{layer.node}</Fact>}
            {layer.output !== layer.id && <Fact name="Value">{layer.output}</Fact>}
            <Fact name="Shape">{rounded(layer.shape) || 'not known'}</Fact>
            {panel.ready.value && hasSymbols(layer) && <Fact name="On this input">{shapeOf(layer, true)}</Fact>}
            {grid && (
              <Fact name="Grid">
                <TokenGridFact key={grid.tokens} grid={grid} />
              </Fact>
            )}
            <Fact name="Parameters">{withShare(layer.parameters, model.parameters)}</Fact>
            <Fact name="MACs">{layer.macs === undefined ? 'not known' : withShare(layer.macs, model.macs)}</Fact>
          </dl>
          {layer.note && (
            <p class="layer-note" data-testid="layer-note">
              {layer.note}
            </p>
          )}
        </section>
      )}
      {notes.length > 0 && (
        <section class="info" aria-label="Notes on the model" data-testid="notes">
          <h2>Notes</h2>
          <ul class="notes">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd title={typeof children === 'string' ? children : undefined}>{children}</dd>
    </>
  );
}

/** Its size says more than the batch by symbols. */
const hasSymbols = (layer: Layer): boolean => layer.dims !== undefined && shapeOf(layer, true) !== shapeOf(layer, false);

/** The grid of a layer whose value is a sequence of tokens. */
const gridOf = ({ dims = [] }: Layer, { tokenGrids }: ModelSummary) => tokenGrids.find(({ tokens }) => dims.includes(tokens));

function withShare(part: number, whole: number | undefined): ComponentChildren {
  if (!whole || part === 0) return formatCount(part);
  const percent = (part / whole) * 100;
  return (
    <>
      {formatCount(part)}
      <span class="muted"> {percent < 0.1 ? 'under 0.1' : Number(percent.toPrecision(2))}% of the model</span>
    </>
  );
}
