import { gradientCam } from './gradientCam.ts';

/**
 * pytorch-grad-cam's LayerCAM (Jiang et al. 2021, https://doi.org/10.1109/TIP.2021.3089943): every activation weighted by what is positive
 * of its own gradient, summed over channels.
 */
export const layerCam = gradientCam({
  name: 'LayerCAM',
  doc: 'Every activation weighted by its own positive gradient: fine maps of early layers too.',
  paper: { authors: 'Jiang et al.', year: 2021, url: 'https://doi.org/10.1109/TIP.2021.3089943' },
  weights: (builder, { gradient }) => builder.op('Relu', [gradient]),
});
