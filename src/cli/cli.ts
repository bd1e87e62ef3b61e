#!/usr/bin/env node
import process from 'node:process';
import { Model } from '../app/model.ts';
import { parseNeuron } from '../app/target/neuron.ts';
import { nearest } from '../app/tree/findLayer.ts';
import { InspectumError } from '../tensor/errors.ts';
import { baselineSpec } from './baselines.ts';
import { attribute } from './commands/attribute.ts';
import { batch } from './commands/batch.ts';
import { conventions } from './commands/conventions.ts';
import { layers } from './commands/layers.ts';
import { predict } from './commands/predict.ts';
import { sweep } from './commands/sweep.ts';
import { FLAGS, type FlagName, type Flags, parseArguments, parsePicture, parseSet } from './flags.ts';
import { noteLines } from './notes.ts';
import { openOptions } from './options.ts';
import { type Status, statusLine } from './status.ts';
import { parseTarget, sweepTarget } from './target.ts';

type Open = typeof Model.open;

interface Command {
  readonly usage: string;
  readonly flags: readonly FlagName[];
  /**
   * @param open opens a model, whose notes are shown when the command has succeeded
   * @returns what is printed, or false where something failed and was said already
   */
  run(file: string, flags: Flags, status: Status, open: Open): Promise<string | boolean>;
}

const COMMON: readonly FlagName[] = ['engine', 'config', 'labels', 'threads', 'memory-limit', 'quiet'];

const COMMANDS: Readonly<Record<string, Command>> = {
  layers: {
    usage: 'layers MODEL [--json]',
    flags: ['json'],
    run: async (file, flags) => layers(Model.open(file, openOptions(flags)), flags.json === true),
  },
  predict: {
    usage: 'predict MODEL --input FILE [--top 5] [--output NAME] [--json]',
    flags: ['input', 'top', 'output', 'json'],
    run: (file, flags, _status, open) =>
      predict(open(file, openOptions(flags)), {
        inputs: needed(flags, 'input'),
        top: flags.top ?? 5,
        output: flags.output,
        json: flags.json === true,
      }),
  },
  attribute: {
    usage:
      'attribute MODEL --input FILE --method NAME [--layer ID] [--neuron I,J,K] [--target N] [--output NAME] [--baseline NUMBER|FILE|NAME]... [--set KEY=JSON]... [--out FILE] [--picture PRESET|JSON]',
    flags: ['input', 'method', 'layer', 'neuron', 'target', 'output', 'baseline', 'set', 'out', 'picture'],
    run: attributeOnce,
  },
  conventions: {
    usage: 'conventions MODEL --input FILE [--json]',
    flags: ['input', 'json'],
    run: (file, flags, status, open) =>
      conventions(open(file, openOptions(flags)), { inputs: needed(flags, 'input'), json: flags.json === true }, status),
  },
  sweep: {
    usage: 'sweep MODEL --input FILE [--target N] --out DIR [--picture PRESET|JSON]',
    flags: ['input', 'target', 'out', 'picture'],
    run: (file, flags, status, open) => {
      const target = flags.target === undefined ? undefined : sweepTarget(parseTarget(flags.target));
      const picture = flags.picture === undefined ? undefined : parsePicture(flags.picture);
      return sweep(open(file, openOptions(flags)), { inputs: needed(flags, 'input'), target, out: needed(flags, 'out'), picture }, status);
    },
  },
  batch: {
    usage: 'batch JOBS.jsonl',
    flags: [],
    run: (file, flags, status, open) => batch(file, openOptions(flags), open, (line) => process.stdout.write(`${line}\n`), status),
  },
};

function needed<K extends FlagName>(flags: Flags, name: K): NonNullable<Flags[K]> {
  const value = flags[name];
  if (value === undefined) throw new InspectumError('usage', `--${name} is missing: ${FLAGS[name].help}.`);
  return value as NonNullable<Flags[K]>;
}

async function attributeOnce(file: string, flags: Flags, status: Status, open: Open): Promise<string> {
  const target = flags.target === undefined ? undefined : parseTarget(flags.target);
  const picture = flags.picture === undefined ? undefined : parsePicture(flags.picture);
  const model = open(file, openOptions(flags));
  const job = {
    inputs: needed(flags, 'input'),
    method: needed(flags, 'method'),
    ...(flags.layer !== undefined && { layer: flags.layer }),
    ...(flags.neuron !== undefined && { neuron: parseNeuron(flags.neuron) }),
    ...(flags.baseline && { baseline: baselineSpec(model, flags.baseline) }),
    ...(target !== undefined && { target }),
    ...(flags.output !== undefined && { output: flags.output }),
    set: parseSet(flags.set),
    ...(flags.out !== undefined && { out: flags.out }),
    ...(picture && { picture }),
  };
  return attribute(model, job, status);
}

function help(): string {
  const commands = Object.values(COMMANDS).map((c) => `  inspectum ${c.usage}`);
  const flags = Object.entries(FLAGS).map(([name, { help: text }]) => `  --${name.padEnd(9)} ${text}`);
  return ['Explains neural networks: layers, predictions and attributions of a model file.', '', ...commands, '', ...flags].join('\n');
}

async function main([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || rest.includes('--help')) {
    process.stdout.write(`${help()}\n`);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command)
    throw new InspectumError(
      'usage',
      `There is no command ${JSON.stringify(name)}. Did you mean ${nearest(name, Object.keys(COMMANDS), 1)[0]}? "inspectum help" lists all.`,
    );
  const { positionals, flags } = parseArguments(rest, [...command.flags, ...COMMON]);
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new InspectumError('usage', `Usage: inspectum ${command.usage}`);
  const status = statusLine(flags.quiet === true);
  const opened: Model[] = [];
  const open: Open = (...parameters) => {
    const model = Model.open(...parameters);
    opened.push(model);
    return model;
  };
  const answer = await command.run(file, flags, status, open).finally(() => status(''));
  if (typeof answer === 'string') process.stdout.write(`${flags.json ? answer : printable(answer)}\n`);
  if (!flags.quiet) for (const line of noteLines(opened)) process.stderr.write(`${printable(line)}\n`);
  return answer === false ? 1 : 0;
}

/** Names in a model file may hold codes that steer a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is sought
const printable = (text: string): string => text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd');

// Nobody handles SIGINT: a run of the engine blocks this thread, so that a handler would wait for its end; the default ends at once.
// A reader that has enough (`| head`) closes the pipe, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

// Exit statuses: 0 done, 1 failed, 2 wrong usage.
main(process.argv.slice(2))
  .then((status) => {
    process.exitCode = status;
  })
  .catch((error: Error & { kind?: string }) => {
    process.stderr.write(`inspectum: ${printable(error.message.replace(/\s+/g, ' ')).trim()}\n`);
    if (process.env.INSPECTUM_DEBUG === '1') process.stderr.write(`${error.stack}\n`);
    process.exitCode = error.kind === 'usage' ? 2 : 1;
  });
