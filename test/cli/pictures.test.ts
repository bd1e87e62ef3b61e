import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { writeNpy } from '../../src/tensor/npy.ts';
import { tensor } from '../../src/tensor/tensor.ts';
import { buildProgram, HOUSE, inspectum, printed, SHAPES, temporaryFolder } from './program.ts';

buildProgram();

describe('--picture', () => {
  const args = ['attribute', SHAPES, '--input', HOUSE, '--method', 'LayerGradCam', '--layer', 'stage2', '--target', '3'];

  const drawn = async (picture: object | string, given = args) => {
    const out = path.join(temporaryFolder(), 'a.png');
    const text = await printed([...given, '--out', out, '--picture', typeof picture === 'string' ? picture : JSON.stringify(picture)]);
    return { ...decode(readFileSync(out)), text };
  };

  test("Captum's pictures are of the size that the network sees; several stand side by side", async () => {
    const heat = await drawn({ method: 'heat_map', sign: 'all', cmap: 'jet', interpolate_mode: 'bilinear' });
    expect([heat.width, heat.height]).toEqual([128, 128]);
    const many = await drawn({
      methods: ['original_image', 'blended_heat_map'],
      signs: ['all', 'positive'],
      titles: ['Image', 'Grad-CAM'],
      show_colorbar: true,
    });
    expect(many.width).toBe(2 * 256 + 30);
    const own = await drawn({
      method: 'heat_map',
      cmap: [
        [0, '#fff'],
        [0.25, '#00f'],
        [1, '#00f'],
      ],
    });
    // from white to blue: red and green are the same everywhere, and blue is full
    for (let i = 0; i < own.data.length; i += 4) expect([own.data[i], own.data[i + 2]]).toEqual([own.data[i + 1], 255]);
  });

  test('an array is shown as the pixels that it stands for', async () => {
    const file = path.join(temporaryFolder(), 'house.npy');
    const pixels = await drawn({ method: 'original_image' });
    const { mean, std } = JSON.parse(readFileSync('samples/inspectum.json', 'utf8')).input;
    const plane = 128 * 128;
    const values = Float32Array.from({ length: 3 * plane }, (_, i) => {
      const channel = Math.floor(i / plane);
      return ((pixels.data[(i % plane) * 4 + channel] as number) / 255 - mean[channel]) / std[channel];
    });
    writeFileSync(file, writeNpy(tensor('float32', [1, 3, 128, 128], values)));
    const array = await drawn(
      { method: 'original_image' },
      args.map((arg) => (arg === HOUSE ? file : arg)),
    );
    expect(array.data).toEqual(pixels.data);
  });

  test.each(['grad-cam-paper', 'signed-min-max-jet'])('%s says what it hides', async (preset) => {
    const { width, height, text } = await drawn(preset);
    expect([width, height]).toEqual([128, 128]);
    expect(text).toMatch(preset === 'grad-cam-paper' ? /as colourful as one with much/ : /no colour stands for zero/);
  });

  test('without it, and as "perceptual", the map lies over the photo', async () => {
    const out = path.join(temporaryFolder(), 'b.png');
    await printed([...args, '--out', out]);
    expect((await drawn('perceptual')).data).toEqual(decode(readFileSync(out)).data);
  });

  test('of a sweep and of a batch', async () => {
    const folder = temporaryFolder();
    expect(await printed(['sweep', SHAPES, '--input', HOUSE, '--out', folder, '--picture', 'signed-min-max-jet'])).toMatch(
      /no colour stands for zero/,
    );
    const [first = ''] = readdirSync(folder).filter((name) => name.endsWith('.png'));
    expect(decode(readFileSync(path.join(folder, first))).width).toBe(128);
    const jobs = path.join(folder, 'jobs.jsonl');
    const job = { model: SHAPES, input: HOUSE, method: 'Saliency', out: path.join(folder, 'c.png') };
    writeFileSync(
      jobs,
      [
        { ...job, picture: { method: 'masked_image' } },
        { ...job, picture: { method: 'masked_image', sign: 'all' } },
      ]
        .map((line) => JSON.stringify(line))
        .join('\n'),
    );
    const { stdout } = await inspectum(['batch', jobs]);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      expect.objectContaining({ ok: true }),
      expect.objectContaining({ ok: false, error: expect.stringMatching(/choose the sign positive, negative or absolute_value/) }),
    ]);
  });
});
