import { captumColormap, defaultColormap } from './colormap.ts';
import type { RgbImage } from './image.ts';
import type { Normalization, Sign } from './normalize.ts';
import { captumNormalization, minMaxNormalization } from './normalize.ts';
import type { OverlayStyle, Upsampling } from './overlay.ts';

/** A way of drawing that people know by name. */
export interface Preset {
  readonly label: string;
  readonly sign: Sign;
  readonly style: (sign: Sign) => OverlayStyle;
  readonly upsampling: Upsampling;
  /** 'gray': the picture under the map is grayStretched. */
  readonly base: 'colour' | 'gray';
  readonly normalization: (values: Float32Array, sign: Sign) => Normalization;
}

/** Captum's default outlier_perc. */
export const CAPTUM_OUTLIER_PERCENT = 2;

const captum = (values: Float32Array, sign: Sign): Normalization => captumNormalization(values, sign, CAPTUM_OUTLIER_PERCENT);

export const PRESETS = {
  /** The default: perceptually uniform, clear where there is nothing. */
  perceptual: {
    label: 'Perceptual',
    sign: 'positive',
    style: (sign) => ({ colormap: defaultColormap(sign), opacity: 0.85, ramp: 'value' }),
    upsampling: 'bicubic',
    base: 'colour',
    normalization: captum,
  },
  /** Selvaraju et al., Grad-CAM (ICCV 2017): ReLU, min-max, JET, half over the image. */
  gradCamPaper: {
    label: 'Grad-CAM paper',
    sign: 'positive',
    style: () => ({ colormap: 'jet', opacity: 0.5, ramp: 'uniform' }),
    upsampling: 'bilinear',
    base: 'colour',
    normalization: minMaxNormalization,
  },
  /** captum.attr.visualization.visualize_image_attr with method blended_heat_map and its defaults. */
  captumBlended: {
    label: 'Captum blended heat map',
    sign: 'absolute_value',
    style: (sign) => ({ colormap: captumColormap(sign), opacity: 0.5, ramp: 'uniform' }),
    upsampling: 'nearest',
    base: 'gray',
    normalization: captum,
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** The gray mean of the channels, stretched from the picture's least to its greatest, as matplotlib's imshow with cmap 'gray' shows it. */
export function grayStretched({ width, height, data }: RgbImage): RgbImage {
  const sums = new Uint16Array(width * height);
  let low = 765;
  let high = 0;
  for (let i = 0, p = 0; p < sums.length; i += 4, p++) {
    const sum = (data[i] as number) + (data[i + 1] as number) + (data[i + 2] as number);
    sums[p] = sum;
    if (sum < low) low = sum;
    if (sum > high) high = sum;
  }
  const gray = new Uint8ClampedArray(data.length);
  const span = Math.max(1, high - low);
  for (let i = 0, p = 0; p < sums.length; i += 4, p++) {
    gray.fill(Math.min(255, Math.trunc((((sums[p] as number) - low) / span) * 256)), i, i + 3);
    gray[i + 3] = 255;
  }
  return { width, height, data: gray };
}
