// Makes the .vsix of one platform: node scripts/package.mjs [--target linux-x64]. Fails when it holds too much or too little.
import { mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { onInterrupt, runNode } from './lib/processes.mjs';
import { commandOf, hostTarget, inProject, root, vsixPath } from './lib/project.mjs';
import { zipEntries } from './lib/vsix.mjs';

const MB = 1e6;

/** The platforms of onnxruntime-node, and the most that each one's .vsix may weigh, in MB. */
const LIMITS = { 'linux-x64': 25, 'linux-arm64': 15, 'darwin-arm64': 20, 'win32-x64': 25, 'win32-arm64': 25 };

/** Every file of the .vsix is one of these; {target} is `linux/x64` for linux-x64. */
const EXPECTED = [
  String.raw`\[Content_Types\]\.xml`,
  String.raw`extension\.vsixmanifest`,
  String.raw`extension/package\.json`,
  String.raw`extension/(readme|changelog)\.md`,
  String.raw`extension/LICENSE(\.txt|\.md)?`,
  String.raw`extension/THIRD_PARTY_NOTICES\.md`,
  String.raw`extension/media/.+\.(svg|png|gif|woff2?|ttf|css)`,
  String.raw`extension/dist/(extension|worker|cli)\.cjs`,
  String.raw`extension/dist/webview\.(js|css)`,
  String.raw`extension/dist/node_modules/onnxruntime-(node|common)/(dist/cjs/)?package\.json`,
  String.raw`extension/dist/node_modules/onnxruntime-(node|common)/dist/.+\.js`,
  String.raw`extension/dist/node_modules/onnxruntime-node/(LICENSE|ThirdPartyNotices\.txt)`,
  String.raw`extension/dist/node_modules/onnxruntime-node/bin/napi-v6/{target}/[^/]+\.(node|dll|dylib|so\.1)`,
];

/** These must be there. */
const REQUIRED = [
  'extension/package.json',
  'extension/readme.md',
  'extension/changelog.md',
  'extension/LICENSE.txt',
  'extension/THIRD_PARTY_NOTICES.md',
  'extension/dist/extension.cjs',
  'extension/dist/worker.cjs',
  'extension/dist/cli.cjs',
  'extension/dist/webview.js',
  'extension/dist/node_modules/onnxruntime-common/package.json',
  'extension/dist/node_modules/onnxruntime-node/ThirdPartyNotices.txt',
  // without it, Node takes the CommonJS files beside it for ES modules
  'extension/dist/node_modules/onnxruntime-common/dist/cjs/package.json',
  'extension/dist/node_modules/onnxruntime-node/bin/napi-v6/{target}/onnxruntime_binding.node',
];

/**
 * @param {string} file
 * @param {keyof typeof LIMITS} target
 * @returns {string[]} what is wrong with it
 */
function faults(file, target) {
  const place = target.replace('-', '/');
  const expected = new RegExp(`^(${EXPECTED.join('|').replaceAll('{target}', place)})$`);
  const names = zipEntries(file).map(({ name }) => name);
  const { size } = statSync(file);
  return [
    ...names.filter((name) => !expected.test(name)).map((name) => `${name} should not be in it (see .vscodeignore)`),
    ...REQUIRED.map((name) => name.replace('{target}', place))
      .filter((name) => !names.includes(name))
      .map((name) => `${name} is missing`),
    ...(size > LIMITS[target] * MB ? [`it weighs ${(size / MB).toFixed(1)} MB, more than ${LIMITS[target]} MB`] : []),
  ];
}

/** @param {string} target */
const build = (target) =>
  runNode([inProject('scripts/build.mjs'), '--production'], { cwd: root, env: { ...process.env, INSPECTUM_TARGET: target } });

onInterrupt();
const { target } = parseArgs({ options: { target: { type: 'string', default: hostTarget } } }).values;
if (!Object.hasOwn(LIMITS, target)) throw new Error(`There is no ONNX Runtime for ${target}, only for ${Object.keys(LIMITS).join(', ')}.`);
const known = /** @type {keyof typeof LIMITS} */ (target);
const file = vsixPath(known);
mkdirSync(path.dirname(file), { recursive: true });
rmSync(file, { force: true });
await build(known);
const vsce = [
  'package',
  '--no-dependencies',
  '--target',
  known,
  '--allow-missing-repository',
  '--no-rewrite-relative-links',
  '--out',
  file,
];
await runNode([commandOf('@vscode/vsce'), ...vsce], { cwd: root });
if (known !== hostTarget && Object.hasOwn(LIMITS, hostTarget)) await build(hostTarget);

const wrong = faults(file, known);
if (wrong.length > 0) {
  rmSync(file);
  throw new Error(`${path.basename(file)} is not fit to ship:\n  ${wrong.join('\n  ')}`);
}
const entries = zipEntries(file);
const unpacked = entries.reduce((sum, { size }) => sum + size, 0);
console.log(
  `${path.relative(root, file)}: ${(statSync(file).size / MB).toFixed(1)} MB (limit ${LIMITS[known]} MB), ${entries.length} files, ${(unpacked / MB).toFixed(1)} MB installed`,
);
