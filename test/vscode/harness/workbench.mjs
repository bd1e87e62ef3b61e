// What a person does in VS Code and in the panel, as Playwright steps. The only place that knows either one's DOM.

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('playwright-core').Locator} Locator
 * @typedef {import('playwright-core').FrameLocator} FrameLocator
 */

const START_LIMIT_MS = 60_000;
const MENU_SETTLES_MS = 150;
/** The webview of an editor, not one in the side bar; those of tabs behind others are hidden. */
const EDITOR_WEBVIEW = 'iframe.webview.ready:not([src*="purpose=webviewView"]):visible';

/** The workbench around the panel. */
export class Workbench {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /** The extension's tab in the activity bar. */
  get activityTab() {
    return this.page.locator('.activitybar').getByRole('tab', { name: 'Inspectum' });
  }

  get explorer() {
    return this.page.locator('.explorer-folders-view');
  }

  /** The sign of Restricted Mode in the status bar. */
  get restrictedMode() {
    return this.page.locator('.statusbar').getByRole('button', { name: /^Restricted Mode/ });
  }

  /** What VS Code's notifications say. */
  get notifications() {
    return this.page.locator('.notification-toast, .notification-list-item');
  }

  /** The panel of the editor that is in front. */
  get panel() {
    return new Panel(this.page.frameLocator(EDITOR_WEBVIEW).frameLocator('iframe#active-frame'));
  }

  /**
   * The extension's view in the side bar.
   * @param {'Layers' | 'Inspector'} name
   */
  view(name) {
    return this.page.locator('.sidebar .pane').filter({ has: this.page.locator(`.pane-header[aria-label^="${name}"]`) });
  }

  /** @param {string} name of a row of the native layer tree */
  nativeLayer(name) {
    return this.view('Layers')
      .locator('.monaco-list-row')
      .filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** The rows of the native layer tree that are selected. */
  get selectedNativeLayers() {
    return this.view('Layers').locator('.monaco-list-row.selected .label-name');
  }

  async showViews() {
    if (!(await this.view('Layers').isVisible())) await this.activityTab.click();
    await this.view('Layers').waitFor();
  }

  /** @param {string} title of an editor's tab */
  tab(title) {
    return this.page.locator('.tabs-container').getByRole('tab', { name: title });
  }

  /** Waits for the explorer and for what the extension contributes: before that a model opens as text. */
  async ready() {
    await this.explorer.waitFor({ timeout: START_LIMIT_MS });
    await this.activityTab.waitFor({ timeout: START_LIMIT_MS });
    return this;
  }

  /**
   * The row of a file in the explorer, its folders unfolded.
   * @param {string} file relative to the workspace, with `/`
   */
  async explorerRow(file) {
    const names = file.split('/');
    const explorerTab = this.page.locator('.activitybar').getByRole('tab', { name: /^Explorer/ });
    if (!(await this.explorer.isVisible())) await explorerTab.click();
    /** @param {number} depth */
    const row = (depth) =>
      this.explorer
        .locator(`[role=treeitem][aria-level="${depth + 1}"]`)
        .filter({ has: this.page.getByText(/** @type {string} */ (names[depth]), { exact: true }) });
    for (const depth of names.slice(0, -1).keys()) {
      await row(depth).waitFor();
      if ((await row(depth).getAttribute('aria-expanded')) === 'false') await row(depth).click();
    }
    return row(names.length - 1);
  }

  /** @param {string} file relative to the workspace */
  async openFromExplorer(file) {
    const row = await this.explorerRow(file);
    await row.click();
    const { asBinary, anyEditor } = this;
    await anyEditor.first().waitFor({ state: 'attached' });
    // the extension's tab may be there before VS Code knows its editor: the model is then refused as a binary file
    for (let tries = 0; tries < 5 && (await asBinary.isVisible()); tries++) {
      await this.closeEditors();
      await row.click();
      await anyEditor.first().waitFor({ state: 'attached' });
    }
  }

  /** What VS Code shows of a binary file that no editor is known for. */
  get asBinary() {
    return this.page.locator('.monaco-editor-pane-placeholder');
  }

  get anyEditor() {
    return this.asBinary.or(this.page.locator('.editor-instance .monaco-editor, iframe.webview'));
  }

  /**
   * @param {string} file relative to the workspace
   * @param {string} item of its context menu
   */
  async chooseFromContextMenu(file, item) {
    await (await this.explorerRow(file)).click({ button: 'right' });
    const entry = this.page.getByRole('menuitem', { name: item });
    await entry.waitFor();
    // a menu swallows clicks that come too soon
    while (await entry.isVisible()) {
      await this.page.waitForTimeout(MENU_SETTLES_MS);
      await entry.hover({ timeout: 1000 }).catch(() => {});
      await entry.click({ timeout: 1000 }).catch(() => {});
    }
  }

  /**
   * Runs a command from the palette.
   * @param {string} title as the palette shows it, `Inspectum: Inspect Model`
   */
  async runCommand(title) {
    await this.page.keyboard.press('F1');
    await this.quickInput.fill(`>${title}`);
    await this.quickPickRow(title).waitFor();
    await this.quickInput.press('Enter');
  }

  /** The text field of the open quick pick. */
  get quickInput() {
    return this.page.locator('.quick-input-widget input.input');
  }

  async closeEditors() {
    await this.runCommand('View: Close All Editors');
    await this.page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
  }

  /** @param {string} label of a row of the open quick pick */
  quickPickRow(label) {
    return this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: label }).first();
  }

  /** Reloads the window, with VS Code saving its state before. */
  async reload() {
    const loaded = this.page.waitForEvent('domcontentloaded');
    await this.runCommand('Developer: Reload Window');
    await loaded;
    return this.ready();
  }
}

const DRAWN = '[data-testid=overlay][data-layer][data-target]';

/** The extension's webview. */
export class Panel {
  /** @param {FrameLocator} frame */
  constructor(frame) {
    this.frame = frame;
    this.root = frame.getByTestId('panel');
    this.layerTree = frame.getByTestId('layer-tree');
    this.overlay = frame.getByTestId('overlay');
    this.imagePicker = frame.getByTestId('image-picker');
    this.classChart = frame.getByTestId('class-chart');
    this.message = frame.getByTestId('message');
    this.retry = frame.getByTestId('retry');
    this.changeImage = frame.getByTestId('change-image');
  }

  get layers() {
    return this.layerTree.getByRole('treeitem');
  }

  /** @param {string} id */
  layer(id) {
    return this.layerTree.locator(`[role=treeitem][data-layer-id="${id}"]`);
  }

  /** @param {string} file relative to the workspace */
  image(file) {
    return this.imagePicker.locator(`[data-image="${file}"]`);
  }

  /** @param {'empty' | 'loading' | 'ready' | 'error'} state */
  inState(state) {
    return this.frame.locator(`[data-testid=panel][data-state=${state}]`);
  }

  /** @param {number} target index of a class that is in the chart */
  classRow(target) {
    return this.classChart.locator(`[data-class="${target}"]`);
  }

  /** @param {{ layer?: string, target?: number }} what the overlay that shows it */
  drawn({ layer, target }) {
    const [ofLayer, ofTarget] = [layer && `[data-layer="${layer}"]`, target !== undefined && `[data-target="${target}"]`];
    return this.frame.locator(`[data-testid=overlay]${ofLayer || ''}${ofTarget || ''}`);
  }

  /**
   * Where the overlay is warm: at least 60% of its strongest, which its opacity tells.
   * @returns {Promise<{ x: number, y: number }[]>} pixels as parts (0 to 1) of what the network sees, the strongest first
   */
  async warmPixels() {
    return this.overlay.evaluate((element) => {
      const canvas = /** @type {HTMLCanvasElement} */ (element);
      const { width, height } = canvas;
      const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, width, height);
      const strength = Array.from({ length: width * height }, (_, i) => data[4 * i + 3] ?? 0);
      const strongest = strength.reduce((most, s) => Math.max(most, s), 0);
      return strength
        .map((s, i) => ({ s, x: ((i % width) + 0.5) / width, y: (Math.floor(i / width) + 0.5) / height }))
        .filter(({ s }) => s > 0 && s >= 0.6 * strongest)
        .sort((a, b) => b.s - a.s)
        .map(({ x, y }) => ({ x, y }));
    });
  }

  /**
   * Waits for a map of a layer over an image, choosing the image if the panel asks for one.
   * @param {{ image?: string, timeout?: number }} [options] `image`: relative to the workspace; without it, the first that is offered
   * @returns {Promise<{ layer: string, target: string }>} what is shown
   */
  async showExplanation({ image, timeout = 60_000 } = {}) {
    const drawn = this.frame.locator(DRAWN);
    if (image) await this.image(image).click({ timeout });
    else {
      await this.frame.locator(`${DRAWN}, [data-testid=image-picker] [data-image]`).first().waitFor({ timeout });
      if (!(await drawn.isVisible())) await this.imagePicker.locator('[data-image]').first().click();
    }
    await drawn.waitFor({ timeout });
    const attribute = async (/** @type {string} */ name) => (await drawn.getAttribute(name)) ?? '';
    return { layer: await attribute('data-layer'), target: await attribute('data-target') };
  }
}
