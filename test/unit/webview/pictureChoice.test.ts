import { expect, test } from 'vitest';
import type { CaptumPictures } from '../../../src/protocol/panel.ts';
import { choosing, chosenOf, OFFERED, pictureOf, specOf } from '../../../webview/picture/choice.ts';
import { tiling } from '../../../webview/picture/tiling.ts';

const captum = (...pictures: CaptumPictures['pictures']) => ({ picture: 'captum', captum: { pictures, shared: { outlier_perc: 1 } } });

test.each(OFFERED.map(({ value }) => value))('%s is what was chosen, and can be drawn', (value) => {
  const view = choosing(value, captum({ sign: 'positive' }));
  expect(chosenOf(view)).toBe(value);
  expect(pictureOf(specOf(view), true).kind).toBe(value === 'perceptual' ? 'overlay' : 'seen');
});

test.each([
  ['one', captum({ method: 'masked_image', title: 'A' }), { method: 'masked_image', title: 'A', outlier_perc: 1 }],
  [
    'several',
    captum({ method: 'original_image' }, { sign: 'all', title: 'B' }),
    { methods: ['original_image', 'heat_map'], signs: ['absolute_value', 'all'], titles: ['', 'B'], outlier_perc: 1 },
  ],
  [
    'several without titles',
    captum({}, {}),
    { methods: ['heat_map', 'heat_map'], signs: ['absolute_value', 'absolute_value'], outlier_perc: 1 },
  ],
  ['a preset', { ...captum({}), picture: 'grad-cam-paper' }, 'grad-cam-paper'],
])('%s as --picture takes it', (_, view, spec) => {
  expect(specOf(view)).toEqual(spec);
});

test('another method keeps what was told besides; several keep the one that was shown', () => {
  const several = choosing('several', captum({ method: 'blended_heat_map', sign: 'all' }));
  expect(several).toEqual(captum({ method: 'original_image' }, { method: 'blended_heat_map', sign: 'all' }));
  expect(choosing('several', choosing('perceptual', several))).toEqual(several);
  expect(choosing('heat_map', several)).toEqual(captum({ method: 'heat_map', sign: 'all' }));
});

test.each([
  [{ method: 'masked_image', sign: 'all' }, true, /cannot show positive and negative/],
  [{ outlier_perc: 200 }, true, /^Picture: outlier_perc should be a number from 0 to 100/],
  ['never-heard-of', true, /no "never-heard-of"/],
  [{ method: 'blended_heat_map' }, false, /blended_heat_map lies over the image, but no image was given/],
  ['grad-cam-paper', false, /no image was given/],
])('%j with an image (%s) is no picture, and why', (spec, hasImage, why) => {
  const picture = pictureOf(spec, hasImage);
  expect(picture.kind === 'problem' && picture.problem).toMatch(why);
});

test('heat_map needs no image', () => {
  expect(pictureOf({ sign: 'all' }, false).kind).toBe('seen');
});

const SQUARE = { width: 224, height: 224 };
test.each([
  ['a wide room has them in a row', 3, { width: 1000, height: 320 }, 3, 320],
  ['a high room has them in a column', 2, { width: 400, height: 900 }, 1, 400],
  ['four fill a square', 4, { width: 812, height: 812 }, 2, 400],
  ['a flat room scrolls rather than that they get tiny', 2, { width: 600, height: 120 }, 2, 160],
])('%s', (_, count, room, columns, side) => {
  expect(tiling(count, SQUARE, room, 0)).toEqual({ columns, size: { width: side, height: side } });
});
