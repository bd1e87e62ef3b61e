// npm run notices: writes THIRD_PARTY_NOTICES.md from the packages that are really in the bundles. --check only compares.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import * as esbuild from 'esbuild';
import { bundles } from './lib/bundles.mjs';
import { inProject } from './lib/project.mjs';

/** What is copied beside the bundles. */
const COPIED = ['onnxruntime-common', 'onnxruntime-node'];

/** Texts that the packages leave out. */
const TEXTS = inProject('scripts/notices');
const ONNX_RUNTIME = path.join(TEXTS, 'onnxruntime-node/LICENSE');

/** Texts of codecs that are compiled into a package. */
const INSIDE = 'codec/LICENSE.codec.md';

/** @returns {Promise<string[]>} names of the packages of which a file is in a bundle */
async function bundledPackages() {
  const results = await Promise.all(bundles(true).map((options) => esbuild.build({ ...options, write: false, metafile: true })));
  const files = results.flatMap(({ metafile }) => Object.values(metafile?.outputs ?? {}).flatMap(({ inputs }) => Object.keys(inputs)));
  return [...new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(file)?.[1] ?? []))];
}

/** @param {string} folder */
const licenceFiles = (folder) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)(\.(md|txt))?$/i.test(name)) : [];

/**
 * @param {string} name
 * @returns {{ title: string, texts: string[] }}
 */
function packageNotice(name) {
  const folder = inProject('node_modules', name);
  const { version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const own = licenceFiles(folder).map((file) => path.join(folder, file));
  const given = COPIED.includes(name) ? [ONNX_RUNTIME] : own;
  if (given.length === 0) throw new Error(`${name} comes without the text of its licence: it belongs into ${TEXTS}.`);
  const codec = path.join(folder, INSIDE);
  const texts = [...given, ...(existsSync(codec) ? [codec] : [])].map((file) => readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim());
  return { title: `${name} ${version} (${license})`, texts };
}

/** @param {string} text */
const quoted = (text) => text.replace(/[ \t]+$/gm, '').replace(/^(?=.)/gm, '    ');

/** Packages with the same texts share a section. */
async function notices() {
  /** @type {Map<string, string[]>} */
  const sections = new Map();
  for (const name of [...new Set([...COPIED, ...(await bundledPackages())])].sort()) {
    const { title, texts } = packageNotice(name);
    const known = sections.get(texts.join('\n\n'));
    if (known) known.push(title);
    else sections.set(texts.join('\n\n'), [title]);
  }
  return [
    '# Third-party notices',
    'Inspectum is MIT-licensed. These are the licences of what is bundled with it or copied into its .vsix, from the packages themselves; made by `npm run notices`.',
    ...[...sections].map(([text, titles]) => `## ${titles.join(', ')}\n\n${quoted(text)}`),
    '## In ONNX Runtime',
    'The library of onnxruntime-node is built from many others. Their notices are in `dist/node_modules/onnxruntime-node/ThirdPartyNotices.txt` of the .vsix. For Windows it comes with `DirectML.dll`, which Microsoft licenses under [terms of its own](https://www.nuget.org/packages/Microsoft.AI.DirectML/).',
    '## In the JPEG decoder',
    'This software is based in part on the work of the Independent JPEG Group.',
    '## Colormaps',
    readFileSync(path.join(TEXTS, 'colormaps.md'), 'utf8').trim(),
    '## Letters',
    readFileSync(path.join(TEXTS, 'glyphs.md'), 'utf8').trim(),
    "## Names of ImageNet's classes",
    readFileSync(path.join(TEXTS, 'torchvision.md'), 'utf8').trim(),
    '',
  ].join('\n\n');
}

const file = inProject('THIRD_PARTY_NOTICES.md');
const made = `${(await notices()).trim()}\n`;
if (!process.argv.includes('--check')) writeFileSync(file, made);
else if (!existsSync(file) || readFileSync(file, 'utf8') !== made) {
  console.error('THIRD_PARTY_NOTICES.md is out of date: run "npm run notices".');
  process.exit(1);
}
