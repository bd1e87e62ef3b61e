// Tables of the code in Markdown.

import { METHODS } from '../../src/attribution/index.ts';
import { METRICS } from '../../src/attribution/metrics/index.ts';
import { QUESTIONS } from '../../src/attribution/questions.ts';
import { NOISE_TUNNEL_PARAMETERS } from '../../src/attribution/sampling/noiseTunnel.ts';
import { noGradient } from '../../src/autodiff/rule.ts';
import { gradientRules } from '../../src/autodiff/rules/gradient/index.ts';
import { FUSED } from '../../src/formats/onnx/fused/index.ts';
import { UPGRADES } from '../../src/formats/onnx/upgrades/index.ts';
import { OPSET } from '../../src/graph/graph.ts';
import { ATTENTION } from '../../src/graph/operators/attention.ts';
import { CLASSICAL_ML } from '../../src/graph/operators/classicalMl.ts';
import { CONTROL } from '../../src/graph/operators/control.ts';
import { CONVOLUTION } from '../../src/graph/operators/convolution.ts';
import { ELEMENTWISE } from '../../src/graph/operators/elementwise.ts';
import { GENERATION } from '../../src/graph/operators/generation.ts';
import { IMAGE } from '../../src/graph/operators/image.ts';
import { OPERATORS } from '../../src/graph/operators/index.ts';
import { INDEXING } from '../../src/graph/operators/indexing.ts';
import { LAYOUT } from '../../src/graph/operators/layout.ts';
import { MATRIX } from '../../src/graph/operators/matrix.ts';
import { MICROSOFT } from '../../src/graph/operators/microsoft.ts';
import { NORMALIZATION } from '../../src/graph/operators/normalization.ts';
import { POOLING } from '../../src/graph/operators/pooling.ts';
import { QUANTIZATION } from '../../src/graph/operators/quantization.ts';
import { RECURRENT } from '../../src/graph/operators/recurrent.ts';
import { REDUCTION } from '../../src/graph/operators/reduction.ts';
import { SIGNAL } from '../../src/graph/operators/signal.ts';
import { TEXT_AND_SEQUENCES } from '../../src/graph/operators/text.ts';
import { QUANTISED } from '../../src/graph/quantized/index.ts';
import { VISUALIZE_MULTIPLE_PARAMETERS, VISUALIZE_PARAMETERS } from '../../src/image/captum/parameters.ts';
import { PICTURE_PRESETS } from '../../src/image/picturePresets.ts';
import { manifest } from './project.mjs';

const FAMILIES = {
  'Elementwise arithmetic and activations': ELEMENTWISE,
  Convolution: CONVOLUTION,
  Pooling: POOLING,
  'Matrix products': MATRIX,
  Normalisation: NORMALIZATION,
  Reduction: REDUCTION,
  'Arrangement and shapes': LAYOUT,
  Indexing: INDEXING,
  'Constants and random numbers': GENERATION,
  Images: IMAGE,
  Recurrence: RECURRENT,
  Attention: ATTENTION,
  Quantisation: QUANTIZATION,
  Signals: SIGNAL,
  'Text and sequences': TEXT_AND_SEQUENCES,
  'Control flow': CONTROL,
  'Classical machine learning (`ai.onnx.ml`)': CLASSICAL_ML,
  'ONNX Runtime’s own (`com.microsoft`)': MICROSOFT,
};

/** Operators of which others are made when a file is opened. */
const TAKEN_APART = { ...FUSED, ...QUANTISED };

/** @param {string} operator its key in the tables */
function kindOf(operator) {
  if (Object.hasOwn(TAKEN_APART, operator)) return 'gradient';
  const rule = Object.hasOwn(gradientRules, operator) ? gradientRules[operator] : undefined;
  return rule === undefined ? 'none' : rule === noGradient ? 'constant' : 'gradient';
}

/** @param {string[]} names */
const listed = (names) => (names.length > 0 ? names.map((name) => name.replace(/^(ai\.onnx\.ml|com\.microsoft):/, '')).join(', ') : '–');

/**
 * @param {readonly string[]} header
 * @param {readonly (readonly string[])[]} rows
 */
export const table = (header, rows) => [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** Every operator of the table, by family and by what the gradient does with it. */
export function operatorTables() {
  const all = Object.values(FAMILIES).flatMap((family) => Object.keys(family));
  const forgotten = Object.keys(OPERATORS).filter((operator) => !all.includes(operator));
  if (forgotten.length > 0) throw new Error(`No family has ${forgotten.join(', ')}.`);
  const unshaped = Object.keys(gradientRules).filter((operator) => !Object.hasOwn(OPERATORS, operator));
  const fused = Object.keys(TAKEN_APART).filter((operator) => !Object.hasOwn(OPERATORS, operator));
  const rows = Object.entries(FAMILIES).map(([title, family]) => {
    const names = family === MICROSOFT ? [...Object.keys(family), ...fused].sort() : Object.keys(family);
    const of = (/** @type {string} */ kind) => listed(names.filter((operator) => kindOf(operator) === kind));
    return [title, of('gradient'), of('constant'), of('none')];
  });
  if (unshaped.length > 0) rows.push(['Others', listed(unshaped), '–', '–']);
  return table(['Family', 'Shape and gradient', 'Shape; constant for the gradient', 'Shape only'], rows);
}

/** The operators that the reader rewrites, by the opset in which their meaning or form changed. */
export function liftingTable() {
  const opsets = [...new Set(UPGRADES.map(({ since }) => since))].sort((a, b) => a - b);
  const rows = opsets.map((opset) => {
    const names = [...new Set(UPGRADES.filter(({ since }) => since === opset).map(({ op }) => op))].sort();
    return [`${opset}`, opset <= OPSET ? 'lifted' : 'lowered', names.join(', ')];
  });
  return table(['Opset', 'Nodes are', 'Operators'], rows);
}

const TO = {
  primary: 'the input',
  layer: 'a layer: `--layer` is needed',
  neuron: 'the input, for a neuron: `--layer` and `--neuron` are needed',
  both: 'the input, by a layer: `--layer` is needed',
};

/** The methods that the panel offers first, by the question that each answers. */
export const questionRows = () =>
  table(
    ['Question', 'Method'],
    Object.entries(QUESTIONS).map(([name, question]) => [question, `\`${name}\``]),
  );

/** The names of all methods, by what they attribute to. */
export const methodNames = () =>
  table(
    ['Attributes to', 'Methods'],
    /** @type {const} */ (['primary', 'layer', 'neuron']).map((level) => [
      { primary: 'the input', layer: 'a layer', neuron: 'the input, for a neuron of a layer' }[level],
      Object.values(METHODS)
        .filter((method) => method.level === level)
        .map(({ name }) => `\`${name}\``)
        .join(', '),
    ]),
  );

/** A section for every method. */
export function methodSections() {
  return Object.values(METHODS)
    .map(({ name, level, ofInput, needsTarget, doc, parameters }) => {
      const facts = `Attributes to ${TO[ofInput ? 'both' : level]}. ${needsTarget ? 'Explains one target.' : 'Needs no target.'}`;
      return `### ${name}\n\n${doc} ${facts}\n\n${parameterTable(parameters)}`;
    })
    .join('\n\n');
}

/** A section for every metric. */
export const metricSections = () =>
  Object.values(METRICS)
    .map(
      ({ name, doc, paper: { authors, year, url }, parameters }) =>
        `### ${name}\n\n${doc} ([${authors} ${year}](${url}))\n\n${parameterTable(parameters)}`,
    )
    .join('\n\n');

/** Of NoiseTunnel, which wraps other methods. */
export const noiseTunnelTable = () => parameterTable(NOISE_TUNNEL_PARAMETERS);

/** @param {Readonly<Record<string, { type: string, choices?: readonly string[], default: unknown, doc: string }>>} parameters */
const parameterTable = (parameters) =>
  table(
    ['Parameter', 'Type', 'Default', 'Meaning'],
    Object.entries(parameters).map(([key, { type, choices, default: usual, doc }]) => [
      `\`${key}\``,
      type === 'choice' && choices ? choices.map((choice) => `\`"${choice}"\``).join(', ') : type,
      `\`${usual}\``,
      doc,
    ]),
  );

/** The parameters of Captum's pictures, those of several side by side first. */
export function pictureParameters() {
  const { method, sign, title } = VISUALIZE_PARAMETERS;
  return parameterTable({ method, sign, title, ...VISUALIZE_MULTIPLE_PARAMETERS });
}

/** The other pictures, and what they hide. */
export function picturePresets() {
  /** @type {readonly (readonly [string, import('../../src/image/picturePresets.ts').PicturePreset])[]} */
  const presets = Object.entries(PICTURE_PRESETS);
  return table(
    ['`--picture`', 'Shows', 'Hides'],
    presets.map(([name, { doc, hides = '' }]) => [`\`${name}\``, doc, hides]),
  );
}

/** The commands that the palette offers. */
export function commandRows() {
  const { commands, menus } = manifest.contributes;
  const hidden = new Set(menus.commandPalette.map((/** @type {{ command: string }} */ entry) => entry.command));
  /** @type {{ command: string, title: string, category: string }[]} */
  const shown = commands.filter((/** @type {{ command: string }} */ { command }) => !hidden.has(command));
  const rows = shown.map(({ command, title, category }) => {
    const meaning = MEANINGS[command];
    if (!meaning) throw new Error(`scripts/lib/tables.mjs does not say what ${command} does.`);
    return [`${category}: ${title}`, meaning];
  });
  return table(['Command', 'What it does'], rows);
}

/** @type {Readonly<Record<string, string>>} */
const MEANINGS = {
  'inspectum.inspectModel': 'Opens a model of the workspace.',
  'inspectum.explainImage': 'Explains an image with the open model. Also in the context menus of models and of images.',
  'inspectum.goToLayer': 'Finds a layer by its path, kind or shape.',
  'inspectum.searchLayers': 'Puts the cursor into the search field over the tree.',
  'inspectum.chooseTarget': 'Finds the class to explain by its label or number.',
  'inspectum.copyPicture': 'Puts what is shown onto the clipboard as a PNG. Also Ctrl+C on the picture.',
  'inspectum.savePicture': 'Saves what is shown as a PNG.',
  'inspectum.cancel': 'Stops what is being computed.',
  'inspectum.restartCompute': 'Ends the compute process; the next request starts another.',
  'inspectum.showLog': "Shows the extension's log.",
};

/** The settings of the extension. */
export function settingRows() {
  /** @type {Record<string, { default: unknown, markdownDescription: string }>} */
  const properties = manifest.contributes.configuration.properties;
  const rows = Object.entries(properties).map(([name, setting]) => [
    `\`${name}\``,
    `\`${JSON.stringify(setting.default)}\``,
    setting.markdownDescription,
  ]);
  return table(['Setting', 'Default', 'Meaning'], rows);
}
