import type { Parameter } from '../../tensor/parameters.ts';

export const RECTIFY_ALL = {
  type: 'boolean',
  default: false,
  doc: 'Treat every activation as a ReLU is treated: ReLU6, hard swish, SiLU, GELU and the like; otherwise ReLU alone, as Captum.',
} as const satisfies Parameter;

export const RECTIFIES =
  'Captum treats nn.ReLU modules alone; here every ReLU is treated, however the network or the file writes it (Clip from 0, Max with 0).';
