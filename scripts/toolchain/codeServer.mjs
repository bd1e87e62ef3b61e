// VS Code from the npm registry alone: code-server is the same workbench and extension host, served to a browser.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { run } from '../lib/processes.mjs';
import { cacheFolder } from '../lib/project.mjs';
import { ensureCompilers } from './system.mjs';

/** VS Code 1.139, and the Node that it asks for. */
const CODE_SERVER = '4.139.1';
const NODE = '24.21.0';

/** Native modules that npm does not ship built, and without which output channels and the extension host's watchdog do not work. */
const NATIVE = { '@vscode/spdlog': 'spdlog.node', '@vscode/native-watchdog': 'watchdog.node' };

/** @param {string} folder */
function layout(folder) {
  const modules = path.join(folder, 'node_modules');
  const nodePackage = path.join(modules, `node-${process.platform}-${process.arch}`);
  const vscode = path.join(modules, 'code-server/lib/vscode');
  return {
    nodePackage,
    vscode,
    node: path.join(nodePackage, 'bin/node'),
    entry: path.join(modules, 'code-server/out/node/entry.js'),
    native: Object.entries(NATIVE).map(([name, file]) => path.join(vscode, 'node_modules', name, 'build/Release', file)),
  };
}

/**
 * The npm that started us leaves its own settings in the environment; they are for this project's folder.
 * @param {string} nodeFolder
 */
function npmEnvironment(nodeFolder) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(package|lifecycle)_|^npm_config_(local_prefix|prefix|allow_scripts)$/i.test(name),
    ),
  );
  return {
    ...env,
    PATH: `${nodeFolder}${path.delimiter}${env.PATH}`,
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    npm_config_update_notifier: 'false',
    // code-server's postinstall wants GitHub, and does nothing that is needed here
    npm_config_ignore_scripts: 'true',
    JOBS: 'max',
  };
}

/** @param {string} folder */
async function install(folder) {
  const at = layout(folder);
  const env = npmEnvironment(path.dirname(at.node));
  const npm = (/** @type {string} */ cwd, /** @type {string[]} */ ...args) => run('npm', args, { cwd, env, quiet: true });
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
  await npm(folder, 'install', '--no-save', '--save-exact', `${path.basename(at.nodePackage)}@${NODE}`, `code-server@${CODE_SERVER}`);
  // not "npm ci": code-server's shrinkwrap is out of step with its package.json
  await npm(at.vscode, 'install', '--omit=dev');
  await npm(path.join(at.vscode, 'extensions'), 'install', '--omit=dev');
  await npm(at.vscode, 'rebuild', '--ignore-scripts=false', `--nodedir=${at.nodePackage}`, ...Object.keys(NATIVE));
  const missing = [at.node, at.entry, ...at.native].filter((file) => !existsSync(file));
  if (missing.length > 0) throw new Error(`Installing code-server left out ${missing.join(', ')}`);
}

/**
 * @returns {Promise<{ node: string, entry: string }>} the Node and the script that start code-server; installed into the cache when it is
 *   not there (about a minute, 800 MB)
 */
export async function ensureCodeServer() {
  if (process.platform !== 'linux')
    throw new Error('code-server is used on Linux only. Name a VS Code with the environment variable INSPECTUM_VSCODE.');
  const folder = path.join(cacheFolder, `code-server-${CODE_SERVER}`);
  const { node, entry, native } = layout(folder);
  if ([node, entry, ...native].every((file) => existsSync(file))) return { node, entry };
  await ensureCompilers();
  console.log(`Installing code-server ${CODE_SERVER} into ${folder} (once, about a minute)`);
  mkdirSync(cacheFolder, { recursive: true });
  const partial = mkdtempSync(path.join(cacheFolder, '.code-server-'));
  try {
    await install(partial);
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return { node, entry };
}
