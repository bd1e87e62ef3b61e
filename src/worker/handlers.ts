import { setTimeout } from 'node:timers/promises';
import { Explainer, type RecipeWaiting } from '../app/explain.ts';
import { previewBaseline } from '../app/input/baselinePictures.ts';
import { conventionOutcomes } from '../app/input/conventionOutcomes.ts';
import { readSources } from '../app/input/readInput.ts';
import { methodCatalog } from '../app/methods/methodCatalog.ts';
import { Model, type OpenOptions } from '../app/model.ts';
import { saveConfiguration } from '../app/settings/saveConfiguration.ts';
import { prepareSweep } from '../app/sweep/prepareSweep.ts';
import { withReducedMaps } from '../app/sweep/reducedMaps.ts';
import type { InputSource } from '../protocol/inputs.ts';
import type { MethodProgress } from '../protocol/methods.ts';
import { packed } from '../protocol/packed.ts';
import type { Handlers } from '../protocol/rpc.ts';
import type { WorkerCalls } from '../protocol/worker.ts';
import { InspectumError } from '../tensor/errors.ts';
import { heard, type Jobs } from './jobs.ts';

interface Opened {
  readonly model: Model;
  /** The same for inputs of the shapes that were given, which the panel was told of last. */
  told: Model;
  explainer?: Explainer;
  /** What every input was given. */
  sources?: Readonly<Record<string, InputSource>>;
}

export interface Surroundings {
  readonly options: OpenOptions;
  /** Settles when the answer that is about to be given has left the process. */
  readonly answered: () => Promise<void>;
  readonly progress: (model: string, progress: MethodProgress | null) => void;
}

/** Milliseconds that the panel has to draw a tree before the processor is taken by preparing. */
const DRAWING_MS = 500;
/** Milliseconds between two parts of a result. */
const PARTIAL_MS = 300;
const CONVENTIONS = 'Trying the usual conventions of preprocessing';

/** The worker's answers, one after the other; only `ping` is not queued. */
export function handlers(jobs: Jobs, { options, answered, progress }: Surroundings): Handlers<WorkerCalls> {
  const models = new Map<string, Opened>();

  const opened = (path: string): Opened => {
    const known = models.get(path);
    if (!known) throw new InspectumError('usage', `${path} is not open.`);
    return known;
  };
  const explainer = (path: string): Explainer => {
    const { explainer: ready } = opened(path);
    if (!ready) throw new InspectumError('usage', `${path}: not every input has been given something yet.`);
    return ready;
  };
  const forget = async (path: string): Promise<void> => {
    const known = models.get(path);
    models.delete(path);
    await known?.model.release();
  };
  const withProgress =
    <T>(model: string, text: string, job: () => Promise<T>) =>
    async (): Promise<T> => {
      progress(model, { text });
      try {
        return await job();
      } finally {
        progress(model, null);
      }
    };

  /** Makes a model ready while the person chooses an image; what is wrong with it is said when it is asked for. */
  const prepare = async (model: Model): Promise<void> => {
    if (!model.input || models.get(model.path)?.model !== model) return;
    await withProgress(model.path, `Preparing ${model.summary.fileName}`, () => prepareSweep(model))();
  };

  return {
    ping: () => null,
    open: ({ path, choices, frugal }, signal) =>
      jobs.run(
        signal,
        withProgress(path, 'Reading the model', async () => {
          const source = models.get(path)?.model.source;
          await forget(path);
          const model = Model.open(source?.files.unchanged ? source : path, { ...options, choices, ...(frugal && { frugal }) });
          models.set(path, { model, told: model });
          void answered()
            .then(() => setTimeout(DRAWING_MS))
            .then(() => jobs.run(signal, () => prepare(model)))
            .catch(() => undefined);
          return packed(model.summary);
        }),
      ),
    close: ({ path }, signal) =>
      jobs.run(signal, async () => {
        await forget(path);
        return null;
      }),
    inputs: ({ model, sources }, signal) =>
      jobs.run(
        signal,
        withProgress(model, 'Reading the input', async () => {
          const entry = opened(model);
          delete entry.explainer;
          const read = await readSources(entry.model, new Map(Object.entries(sources)));
          const isOther = read.model !== entry.told;
          entry.told = read.model;
          entry.sources = sources;
          if (read.missing.length === 0) entry.explainer = new Explainer(read.model, read.feeds);
          const { shown: image, missing } = read;
          return { sources, ...(image && { image }), missing, ...(isOther && { summary: read.model.summary }) };
        }),
      ),
    sweep: ({ model, target }, signal) =>
      jobs.run(
        signal,
        withProgress(model, 'Explaining every layer', async () =>
          withReducedMaps(await explainer(model).sweepAsFits(target, { prepared: () => heard(signal) })),
        ),
      ),
    explain: ({ model, layer, target }, signal) =>
      jobs.run(
        signal,
        withProgress(model, `Explaining ${layer}`, () => explainer(model).explain(layer, target)),
      ),
    units: ({ model, layer, cell, target }, signal) => jobs.run(signal, () => explainer(model).units(layer, cell, target)),
    methods: ({ model }) => packed(methodCatalog(opened(model).told)),
    baselines: ({ model, baseline }, signal) =>
      jobs.run(
        signal,
        withProgress(model, 'Reading the baseline', () => {
          const { model: open, feeds } = explainer(model);
          return previewBaseline(open, feeds, baseline);
        }),
      ),
    estimate: ({ model, recipe }) => explainer(model).estimate(recipe),
    attribute: ({ model, recipe }, signal) =>
      jobs.run(
        signal,
        withProgress(model, recipe.method, () => {
          let told = performance.now();
          const report: RecipeWaiting['report'] = (fraction, view) => {
            if (performance.now() - told < PARTIAL_MS) return;
            told = performance.now();
            progress(model, { text: recipe.method, fraction, ...(view && { partial: view() }) });
          };
          return explainer(model).attribute(recipe, { signal, report });
        }),
      ),
    conventions: ({ model, target }, signal) =>
      jobs.run(
        signal,
        withProgress(model, CONVENTIONS, async () => {
          const { model: open, feeds } = explainer(model);
          const image = opened(model).sources?.[open.input?.port ?? ''];
          if (image?.kind !== 'image') throw new InspectumError('usage', 'The conventions differ in how they prepare an image: give one.');
          const report = (fraction: number): void => progress(model, { text: CONVENTIONS, fraction });
          return conventionOutcomes(open, image.path, feeds, { signal, report, ...(target && { target }) });
        }),
      ),
    saveConfiguration: ({ model }, signal) =>
      jobs.run(signal, () => {
        const { path, choices, labels } = opened(model).model;
        return { file: saveConfiguration(path, choices, labels) };
      }),
  };
}
