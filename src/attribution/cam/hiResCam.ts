import { gradientCam } from './gradientCam.ts';

/** pytorch-grad-cam's HiResCAM (Draelos & Carin 2020, https://arxiv.org/abs/2011.08891): gradient times activation, summed over channels. */
export const hiResCam = gradientCam({
  name: 'HiResCAM',
  doc: 'Grad-CAM without the mean over positions: every activation is weighted by its own gradient.',
  paper: { authors: 'Draelos & Carin', year: 2020, url: 'https://arxiv.org/abs/2011.08891' },
  weights: (_builder, { gradient }) => gradient,
});
