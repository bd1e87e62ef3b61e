import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Choices } from '../../src/protocol/choices.ts';
import type { InputSource } from '../../src/protocol/inputs.ts';
import type { InputImage, ModelSummary, Sweep } from '../../src/protocol/model.ts';
import { handlers } from '../../src/worker/handlers.ts';
import { Jobs } from '../../src/worker/jobs.ts';

const MODELS = fileURLToPath(new URL('../fixtures/corpus/models/', import.meta.url));
export const IMAGE = fileURLToPath(new URL('../../samples/images/house.jpg', import.meta.url));

export const modelFile = (file: string): string => path.join(MODELS, file);

/** What the panel is told of a model and of what it is given. */
export interface Outcome {
  readonly summary: ModelSummary;
  readonly image?: InputImage;
  readonly sweep: Sweep;
}

/** Opens a model of the corpus as the panel does, and explains what it is given. */
export async function outcomeOf(file: string, given: Readonly<Record<string, InputSource>>, choices: Choices = {}): Promise<Outcome> {
  const core = handlers(new Jobs(), { options: {}, answered: async () => undefined, progress: () => undefined });
  const { signal } = new AbortController();
  const model = modelFile(file);
  const opened = await core.open({ path: model, choices: { explain: 'logits', ...choices } }, signal);
  try {
    const { image, missing, summary = opened } = await core.inputs({ model, sources: given }, signal);
    if (missing.length > 0) throw new Error(`${file}: nothing was given for ${missing.join(', ')}.`);
    return { summary, ...(image && { image }), sweep: await core.sweep({ model }, signal) };
  } finally {
    await core.close({ path: model }, signal);
  }
}
