import { batch, effect, signal } from '@preact/signals';
import type { Progress } from '../../src/protocol/model.ts';
import { type Problem, problemOf, type Stage } from './problems.ts';

interface Job {
  readonly text: string;
  readonly cancel: () => void;
}

/** Milliseconds before work is shown as work: what is quicker needs no words. */
const PATIENCE = 300;

/** What the panel waits for, how far it is, and what went wrong last. */
export class Work {
  readonly problem = signal<Problem>();
  readonly progress = signal<Progress | null>(null);
  readonly job = signal<Job>();
  /** The job has taken long enough to be shown. */
  readonly slow = signal(false);

  constructor() {
    effect(() => {
      this.slow.value = false;
      if (!this.job.value) return;
      const timer = setTimeout(() => {
        this.slow.value = true;
      }, PATIENCE);
      return () => clearTimeout(timer);
    });
  }

  /** One job at a time: a newer one cancels the older. Failures become the panel's problem, and undefined. */
  async run<T>(stage: Stage, text: string, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    this.job.peek()?.cancel();
    const controller = new AbortController();
    const job: Job = { text, cancel: () => controller.abort() };
    this.job.value = job;
    try {
      const value = await work(controller.signal);
      if (controller.signal.aborted) return undefined;
      this.problem.value = undefined;
      return value;
    } catch (error) {
      if (!controller.signal.aborted) this.failed(stage, error);
      return undefined;
    } finally {
      if (this.job.peek() === job)
        batch(() => {
          this.job.value = undefined;
          this.progress.value = null;
        });
    }
  }

  /** Something beside the job, which goes on. Failures become the panel's problem, and undefined. */
  async beside<T>(stage: Stage, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const value = await work();
      this.forget(stage);
      return value;
    } catch (error) {
      this.failed(stage, error);
      return undefined;
    }
  }

  /** What went wrong in a stage no longer matters. */
  forget(stage: Stage): void {
    if (this.problem.peek()?.stage === stage) this.problem.value = undefined;
  }

  /** What was cancelled is no problem. */
  failed(stage: Stage, error: unknown): void {
    this.problem.value = problemOf(stage, error) ?? this.problem.peek();
  }
}
