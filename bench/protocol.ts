/** What both sides of the benchmark do, one request at a time: a line of JSON in, a line of JSON out. */
export const TASKS = ['prepare', 'gradCam', 'saliency', 'everyConvolution', 'everyLayer', 'memory'] as const;
export type Task = (typeof TASKS)[number];

export interface Setting {
  readonly model: string;
  /** The last convolution, as the file and as PyTorch name it. */
  readonly layer: string;
  readonly norm: string;
  readonly target: number;
  readonly threads: number;
}

/** `prepare` and the methods answer with their time; `memory` with the peak resident set in MB. */
export interface Answer {
  readonly ms?: number;
  readonly mb?: number;
  /** Of `everyConvolution` and `everyLayer`: how many layers were explained. */
  readonly layers?: number;
  /** Of the first answer: versions. */
  readonly versions?: string;
}
