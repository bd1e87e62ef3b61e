// A throw-away home for one VS Code: its settings, extensions and logs in a temporary folder.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { cacheFolder } from '../../../scripts/lib/project.mjs';

/** User settings that keep the workbench quiet. */
const QUIET = {
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.simpleDialog.enable': true,
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'npm.autoDetect': 'off',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'update.mode': 'none',
  'window.commandCenter': false,
  'window.confirmBeforeClose': 'never',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
};

/** Every folder that is opened is in Restricted Mode, without being asked about. */
const RESTRICTED = { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' };

/** @returns {{ folder: string, remove: () => void }} a new folder, with a short name: macOS allows 103 characters for the sockets in it */
export function temporaryFolder() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'inspectum-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) };
}

/**
 * @typedef {{ folder: string, data: string, extensions: string, logs: string, env: NodeJS.ProcessEnv, remove: () => void }} Profile
 */

/**
 * @param {{ restricted?: boolean, settings?: Record<string, unknown> }} [options]
 * @returns {Profile}
 */
export function createProfile({ restricted = false, settings = {} } = {}) {
  const { folder, remove } = temporaryFolder();
  const data = path.join(folder, 'data');
  const extensions = path.join(folder, 'extensions');
  mkdirSync(extensions);
  const all = { ...QUIET, ...(restricted ? RESTRICTED : {}), ...settings };
  // code-server takes the settings that belong to a machine from a file of their own
  for (const owner of ['User', 'Machine']) {
    mkdirSync(path.join(data, owner), { recursive: true });
    writeFileSync(path.join(data, owner, 'settings.json'), JSON.stringify(all, null, 2));
  }
  // a VS Code that we were started from must not be mistaken for the one that we start
  const own = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_)/.test(name));
  const env = {
    ...Object.fromEntries(own),
    // the one thing that is not thrown away, whatever XDG_CACHE_HOME says
    INSPECTUM_CACHE: cacheFolder,
    XDG_DATA_HOME: path.join(folder, 'xdg/data'),
    XDG_CONFIG_HOME: path.join(folder, 'xdg/config'),
    XDG_CACHE_HOME: path.join(folder, 'xdg/cache'),
  };
  return { folder, data, extensions, logs: path.join(data, 'logs'), env, remove };
}
