import { toWireError } from '../../src/protocol/rpc.ts';

/** What was being done when something failed. */
export type Stage =
  | 'model'
  | 'image'
  | 'input'
  | 'choice'
  | 'baseline'
  | 'explanation'
  | 'conventions'
  | 'configuration'
  | 'saving'
  | 'copying'
  | 'process';

export interface Problem {
  readonly stage: Stage;
  readonly kind: string;
  readonly title: string;
  readonly message: string;
}

const SUBJECTS: Readonly<Record<Stage, string>> = {
  model: 'This model',
  image: 'This image',
  input: 'This input',
  choice: 'What was chosen',
  baseline: 'This baseline',
  explanation: 'This explanation',
  conventions: 'The comparison',
  configuration: 'inspectum.json',
  saving: 'The picture',
  copying: 'The picture',
  process: 'The compute process',
};

/** For failures that have no words of their own. */
const FAILED: Readonly<Record<Stage, string>> = {
  model: 'This model could not be opened',
  image: 'This image could not be read',
  input: 'This input could not be read',
  choice: 'What was chosen could not be used',
  baseline: 'This baseline could not be used',
  explanation: 'This could not be explained',
  conventions: 'The usual conventions could not be compared',
  configuration: 'inspectum.json could not be written',
  saving: 'The picture could not be saved',
  copying: 'The picture could not be copied',
  process: 'The compute process failed',
};

const TITLES: Readonly<Record<string, (subject: string, stage: Stage) => string>> = {
  corrupt: (subject) => `${subject} cannot be read: the file is damaged or is something else`,
  missing: (_, stage) => (stage === 'model' ? 'A file that this model needs is missing' : 'The file is missing'),
  changed: () => 'The file has changed on disk',
  refused: (_, stage) => (stage === 'model' ? 'Refused, to keep this model inside its folder' : 'Refused'),
  unsupported: (subject, stage) =>
    stage === 'model' ? `${subject} uses something that is not supported yet` : `${subject} is not supported`,
  'too-large': (subject) => `${subject} is too large`,
  memory: () => 'Not enough memory',
  engine: (_, stage) => (stage === 'process' ? 'The compute process stopped' : 'The engine failed'),
  usage: (subject) => `${subject} was asked for in a way that does not fit the model`,
};

/** An error of a call as people read it; undefined for a cancelled one, which needs no words. */
export function problemOf(stage: Stage, error: unknown): Problem | undefined {
  const { kind, message } = toWireError(error);
  if (kind === 'cancelled') return undefined;
  const title = Object.hasOwn(TITLES, kind) ? TITLES[kind] : undefined;
  return { stage, kind, title: title?.(SUBJECTS[stage], stage) ?? FAILED[stage], message };
}
