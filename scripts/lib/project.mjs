// Where things are, and what this machine is called.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param {string[]} parts */
export const inProject = (...parts) => path.join(root, ...parts);

/** The extension's package.json. */
export const manifest = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));

/** What is installed for the tests and costs minutes to install is kept here, outside the sources. */
export const cacheFolder =
  process.env.INSPECTUM_CACHE ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'inspectum');

/** This platform, as VS Code's marketplace names it (`linux-x64`, `win32-arm64`, ...). */
export const hostTarget = `${process.platform}-${process.arch}`;

/** @param {string} target */
export const vsixPath = (target) => inProject('out', `${manifest.name}-${manifest.version}-${target}.vsix`);

/**
 * The JavaScript file behind a development dependency's command, so that it runs under this very Node on every platform.
 * @param {string} name package
 * @param {string} [command] when the package has several
 */
export function commandOf(name, command = path.basename(name)) {
  const file = findManifest(name);
  const { bin } = JSON.parse(readFileSync(file, 'utf8'));
  return path.resolve(path.dirname(file), typeof bin === 'string' ? bin : bin[command]);
}

/** @param {string} name a package, whose `exports` may hide its package.json */
function findManifest(name) {
  const places = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const place of places) {
    const file = path.join(place, name, 'package.json');
    try {
      readFileSync(file);
      return file;
    } catch {
      // not in this node_modules
    }
  }
  throw new Error(`${name} is not installed: run "npm ci".`);
}

/**
 * The first model of a folder, which `npm start` opens.
 * @param {string} folder
 */
export function firstModel(folder) {
  const model = readdirSync(folder)
    .filter((name) => /\.(onnx|ort)$/.test(name))
    .sort()[0];
  if (!model) throw new Error(`${folder} holds no .onnx or .ort file.`);
  return model;
}
