import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';

suite('opening a model', () => {
  test('nothing runs until a model is opened', () => {
    assert.equal(vscode.extensions.getExtension('inspectum.inspectum')?.isActive, false);
  });

  test('the default editor of .onnx is the panel', async () => {
    const [model] = await vscode.workspace.findFiles('shapes.onnx');
    assert.ok(model, 'the workspace holds a model');
    await vscode.commands.executeCommand('vscode.open', model);
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputCustom, 'the tab is a custom editor');
    assert.equal(input.uri.fsPath, model.fsPath);
    assert.equal(vscode.extensions.getExtension('inspectum.inspectum')?.isActive, true);
  });

  test('the command that explains an image is registered', async () => {
    const commands = await vscode.commands.getCommands(true);
    assert.ok(commands.includes('inspectum.explainImage'));
  });
});
