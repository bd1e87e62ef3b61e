import { COLORMAP_NAMES } from '../colormap.ts';
import { VISUALIZATIONS, VISUALIZED_SIGNS } from './visualize.ts';

/** Shared by one picture and by several side by side. */
const COMMON = {
  outlier_perc: {
    type: 'number',
    default: 2,
    min: 0,
    max: 100,
    doc: 'The strongest values that make up this percentage of the whole are clipped: the scale ends at the weakest of them.',
  },
  cmap: {
    type: 'colormap',
    default: null,
    choices: COLORMAP_NAMES,
    doc: 'A colormap by name, or its colours at positions from 0 to 1: [[0, "#fff"], [0.25, "#00f"], [1, "#00f"]]. Without it Blues for absolute values, Greens for positive, Reds for negative, red – white – green for all.',
  },
  alpha_overlay: { type: 'number', default: 0.5, min: 0, max: 1, doc: 'How opaque the heat map of blended_heat_map is.' },
  show_colorbar: { type: 'boolean', default: false, doc: 'A colour bar under every heat map.' },
  interpolate_mode: {
    type: 'choice',
    default: 'nearest',
    choices: ['nearest', 'bilinear', 'bicubic'],
    doc: "How a layer's map is brought to the image's size (LayerAttribution.interpolate).",
  },
} as const;

/** captum.attr.visualization.visualize_image_attr: its parameters, but those of matplotlib's figure. */
export const VISUALIZE_PARAMETERS = {
  method: {
    type: 'choice',
    default: 'heat_map',
    choices: VISUALIZATIONS,
    doc: 'heat_map: the attribution alone. blended_heat_map: over the gray image. original_image: the image alone. masked_image: the image times the attribution. alpha_scaling: the image, as opaque as the attribution is strong.',
  },
  sign: {
    type: 'choice',
    default: 'absolute_value',
    choices: VISUALIZED_SIGNS,
    doc: 'Which attributions are shown; masked_image and alpha_scaling show no sign, and cannot show all.',
  },
  title: { type: 'text', default: null, doc: 'Over the picture.' },
  ...COMMON,
} as const;

/** captum.attr.visualization.visualize_image_attr_multiple: several pictures side by side. */
export const VISUALIZE_MULTIPLE_PARAMETERS = {
  methods: {
    type: 'choices',
    default: null,
    required: true,
    choices: VISUALIZATIONS,
    doc: 'Of several pictures side by side, the method of each.',
  },
  signs: { type: 'choices', default: null, required: true, choices: VISUALIZED_SIGNS, doc: 'One for every method.' },
  titles: { type: 'texts', default: null, doc: 'One over every picture.' },
  ...COMMON,
} as const;
