import { expect, test } from 'vitest';
import { firstModel, inProject } from '../../../scripts/lib/project.mjs';
import { useWorkbench } from '../harness/useWorkbench.mjs';

const code = useWorkbench({ restricted: true });

test('the window is in Restricted Mode', async () => {
  await code.workbench.restrictedMode.waitFor();
});

test('a model of a folder that is not trusted is explained', async () => {
  await code.workbench.openFromExplorer(firstModel(inProject('samples')));
  const { layer } = await code.workbench.panel.showExplanation();
  expect(layer).not.toBe('');
});
