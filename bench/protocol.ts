/** What both sides of the benchmark do, one request at a time: a line of JSON in, a line of JSON out. */
export type Task = Method | 'prepare' | 'everyLayer' | 'memory';

/** What both sides can do; as Captum's classes are called. */
export type Method =
  | 'gradCam'
  | 'everyConvolution'
  | 'saliency'
  | 'guidedBackprop'
  | 'deepLift'
  | 'lrp'
  | 'integratedGradients'
  | 'occlusion';

export interface Setting {
  readonly model: string;
  /** The last convolution, as the file and as PyTorch name it. */
  readonly layer: string;
  readonly norm: string;
  readonly target: number;
  readonly threads: number;
  /** Of integrated gradients. */
  readonly steps: number;
  /** Rows and columns; every window takes all three channels. */
  readonly occlusion: { readonly window: readonly [number, number]; readonly stride: readonly [number, number] };
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
