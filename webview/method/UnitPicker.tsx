import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { UnitContributions } from '../../src/protocol/model.ts';
import { UnitChart } from '../chart/UnitChart.tsx';
import { usePanel } from '../state/context.ts';
import { hasCells } from './neuron.ts';

/** Pixels of the chart, which stands under a map. */
const HEIGHT = 232;

/** What is to be done to pick a neuron of the selected layer. */
export function PickHint() {
  const layer = usePanel().layer.value;
  return (
    <p class="meaning" data-testid="pick-hint">
      {!layer
        ? 'Choose a layer: one of its neurons is explained.'
        : hasCells(layer)
          ? 'Click a cell of the map, then a unit to change it: the neuron there is explained. Arrows move to a cell, Enter takes it.'
          : 'Click a unit: that neuron is explained.'}
    </p>
  );
}

/** The units of the selected layer, in the cell that was picked of its map, to pick one of them. */
export function UnitPicker() {
  const panel = usePanel();
  const units = useSignal<UnitContributions>();
  const layer = panel.layer.value;
  const sweep = panel.sweep.value;
  const { cell } = panel.picked.value;
  useEffect(() => {
    const controller = new AbortController();
    void panel.explaining.unitsIn(cell, controller.signal).then((found) => {
      if (found && !controller.signal.aborted) units.value = found;
    });
    return () => controller.abort();
  }, [layer, sweep, cell?.row, cell?.column]);
  if (!sweep) return null;
  return (
    <div data-testid="unit-picker">
      <PickHint />
      {units.value && units.value.output === layer?.output && <UnitChart units={units.value} target={sweep.target} height={HEIGHT} />}
    </div>
  );
}
