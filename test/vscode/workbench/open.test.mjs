import { expect, test } from 'vitest';
import { firstModel, inProject } from '../../../scripts/lib/project.mjs';
import { useWorkbench } from '../harness/useWorkbench.mjs';

const code = useWorkbench();

test('a model opened from the explorer shows its layers', async () => {
  await code.workbench.openFromExplorer(firstModel(inProject('samples')));
  const { panel } = code.workbench;
  await panel.layers.first().waitFor();
  expect(await panel.layers.count()).toBeGreaterThan(1);
});

test('an image chosen in the panel is explained', async () => {
  const { layer, target } = await code.workbench.panel.showExplanation();
  expect(layer).not.toBe('');
  expect(target).not.toBe('');
});
