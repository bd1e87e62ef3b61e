import { describe, expect, test } from 'vitest';
import { hiddenBy, type PictureSpec, pictureStyle } from '../../../src/app/picture/pictureStyle.ts';
import { refusal } from '../formats/models.ts';

test("Captum's defaults", () => {
  expect(pictureStyle({})).toEqual({
    kind: 'figure',
    parts: [{ method: 'heat_map', sign: 'absolute_value', outlierPercent: 2, alphaOverlay: 0.5 }],
    showColorbar: false,
    interpolation: 'nearest',
  });
});

test('several pictures, and their titles', () => {
  const shared = { outlierPercent: 1, alphaOverlay: 0.5, colormap: 'jet' };
  expect(
    pictureStyle({
      methods: ['original_image', 'blended_heat_map'],
      signs: ['all', 'positive'],
      titles: ['Image', 'Grad-CAM'],
      outlier_perc: 1,
      cmap: 'jet',
      show_colorbar: true,
    }),
  ).toEqual({
    kind: 'figure',
    parts: [
      { method: 'original_image', sign: 'all', title: 'Image', ...shared },
      { method: 'blended_heat_map', sign: 'positive', title: 'Grad-CAM', ...shared },
    ],
    showColorbar: true,
    interpolation: 'nearest',
  });
});

test('presets, and what they hide', () => {
  expect(pictureStyle('perceptual')).toEqual({ kind: 'preset', name: 'perceptual' });
  expect(hiddenBy(pictureStyle('perceptual'))).toBeUndefined();
  expect(hiddenBy(pictureStyle({}))).toBeUndefined();
  expect(hiddenBy(pictureStyle('signed-min-max-jet'))).toMatch(/no colour stands for zero/);
});

describe('refused', () => {
  test.each<readonly [PictureSpec, RegExp]>([
    ['toString', /no "toString".*perceptual/],
    [{ method: 'heatmap' }, /method should be one of heat_map, blended_heat_map/],
    [{ methods: ['heat_map', 'original_image'], signs: ['all'] }, /2 methods and 1 signs/],
    [{ methods: ['heat_map'], signs: ['all'], titles: ['a', 'b'] }, /1 methods and 2 titles/],
    [{ methods: [], signs: [] }, /methods should be a list of/],
    [{ methods: ['heat_map'] }, /needs signs/],
    [{ outlier_perc: 101 }, /outlier_perc should be a number from 0 to 100/],
    [{ fig_size: [6, 6] }, /no parameter "fig_size"/],
    [{ cmap: 'grays' }, /cmap should be one of inferno/],
    [{ cmap: [[0, '#fff']] }, /at least two colours/],
    [{ cmap: [0, 1] }, /cmap should be a list of colours/],
    [{ cmap: ['#fff', 'blue'] }, /not "blue"/],
    [{ title: 'a'.repeat(201) }, /up to 200 characters/],
    [{ method: 'alpha_scaling', sign: 'all' }, /alpha_scaling.*choose the sign/],
  ])('%j', (spec, message) => {
    expect(refusal(() => pictureStyle(spec)).message).toMatch(message);
  });
});
