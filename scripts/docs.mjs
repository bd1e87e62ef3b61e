// The parts of the documentation that are tables of the code. npm run docs writes them; node scripts/docs.mjs --check only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { inProject, manifest } from './lib/project.mjs';
import {
  commandRows,
  liftingTable,
  methodNames,
  methodSections,
  metricSections,
  noiseTunnelTable,
  operatorTables,
  pictureParameters,
  picturePresets,
  questionRows,
  settingRows,
} from './lib/tables.mjs';

/** The blocks of each file, by the name that stands in their markers: `<!-- begin NAME -->` and `<!-- end NAME -->`. */
const BLOCKS = {
  'README.md': { commands: commandRows, settings: settingRows, questions: questionRows, methods: methodNames },
  'docs/formats-onnx.md': { lifting: liftingTable, operators: operatorTables },
  'docs/images.md': { pictures: pictureParameters, presets: picturePresets },
  'docs/methods.md': { methods: methodSections, metrics: metricSections, 'noise tunnel': noiseTunnelTable },
};

/**
 * @param {string} text
 * @param {string} name
 * @param {string} content
 * @param {string} file
 */
function withBlock(text, name, content, file) {
  const [begin, end] = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} lacks the markers ${begin.trim()} and ${end}.`);
  return `${text.slice(0, from + begin.length)}\n${content.trim()}\n\n${text.slice(to)}`;
}

/** What docs/dependencies.md must say of every dependency: a row that begins with its name and version. */
function dependencyFaults() {
  const text = readFileSync(inProject('docs/dependencies.md'), 'utf8');
  return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter(([name, version]) => !text.includes(`| \`${name}\` | ${version} |`))
    .map(([name, version]) => `docs/dependencies.md has no row for ${name} ${version}.`);
}

const check = process.argv.includes('--check');
const faults = dependencyFaults();
for (const [file, blocks] of Object.entries(BLOCKS)) {
  const text = readFileSync(inProject(file), 'utf8');
  const made = Object.entries(blocks).reduce((all, [name, make]) => withBlock(all, name, make(), file), text);
  if (made === text) continue;
  if (check) faults.push(`${file} is out of date: run "npm run docs".`);
  else writeFileSync(inProject(file), made);
}
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
