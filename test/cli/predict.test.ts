import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeNpy } from '../../src/tensor/npy.ts';
import { type Tensor, tensor } from '../../src/tensor/tensor.ts';
import { buildProgram, expected, fixture, HOUSE, IMAGE, json, npy, printed, SHAPES, temporaryFolder } from './program.ts';

buildProgram();

describe('predict', () => {
  test('--json: scores as ONNX Runtime gives them, best first', async () => {
    const answer = await json('predict', fixture('torchscript.onnx'), '--input', IMAGE, '--top', '2');
    expect(Object.keys(answer)).toEqual(['input', 'output', 'top']);
    expect(answer.input).toBe(IMAGE);
    const want: number[] = expected['torchscript scores'];
    for (const [i, score] of answer.output.entries()) expect(score).toBeCloseTo(want[i] as number, 6);
    const total = want.reduce((sum, v) => sum + Math.exp(v), 0);
    const best = want.map((score, index) => ({ index, score })).sort((a, b) => b.score - a.score);
    expect(answer.top).toHaveLength(2);
    answer.top.forEach((found: { index: number; score: number; probability: number }, i: number) => {
      expect(Object.keys(found)).toEqual(['index', 'score', 'probability']);
      expect(found.index).toBe(best[i]?.index);
      expect(found.probability).toBeCloseTo(Math.exp(best[i]?.score ?? 0) / total, 6);
    });
  });

  test('an image by the configuration beside the model, with labels', async () => {
    const { top } = await json('predict', SHAPES, '--input', HOUSE);
    expect(top[0]).toMatchObject({ index: 3, label: 'house' });
    expect(top).toHaveLength(5);
  });

  test('the same picture in any format that keeps its pixels gives the same scores', async () => {
    const scoresOf = async (name: string) => (await json('predict', SHAPES, '--input', `test/fixtures/image/files/${name}`)).output;
    const wanted = await scoresOf('rgb.png');
    for (const name of ['rgb-tiff_lzw.tif', 'tiles-big.tif', 'planes.tif', 'rgb.bmp', 'alpha.tif'])
      expect(await scoresOf(name), name).toEqual(wanted);
    expect(await scoresOf('palette.gif')).toEqual(await scoresOf('palette.tif'));
  });

  test('--config takes another configuration', async () => {
    const file = path.join(temporaryFolder(), 'other.json');
    const names = Array.from({ length: 10 }, (_, i) => `thing ${i}`);
    writeFileSync(file, JSON.stringify({ input: { size: [128, 128], fit: 'squash', range: [-1, 1] }, labels: names, output: 'logits' }));
    const { top } = await json('predict', SHAPES, '--input', HOUSE, '--config', file);
    expect(top[0].label).toBe(`thing ${top[0].index}`);
  });

  test('several inputs by name', async () => {
    const feeds = ['image', 'features', 'ids'].flatMap((name) => ['--input', `${name}=${fixture(`inputs.${name}.npy`)}`]);
    const { output } = await json('predict', fixture('inputs.onnx'), ...feeds);
    for (const [i, score] of output.entries()) expect(score).toBeCloseTo(expected['inputs scores'][i], 5);
  });

  test('probabilities of a model that ends in Softmax are its own; --output names what stands before', async () => {
    const model = fixture('probabilities.onnx');
    const own = await json('predict', model, '--input', HOUSE);
    expect(own.top[0].probability).toBe(own.top[0].score);
    const logits = await json('predict', model, '--input', HOUSE, '--output', 'logits');
    expect(logits.top[0].index).toBe(own.top[0].index);
    expect(logits.top[0].probability).toBeCloseTo(own.top[0].probability, 6);
    expect(logits.top[0].score).not.toBeCloseTo(own.top[0].score, 2);
  });

  test('of several examples: all scores, and the best classes of the first', async () => {
    const file = path.join(temporaryFolder(), 'two.npy');
    const one = npy(IMAGE) as Tensor<'float32'>;
    const two = new Float32Array(2 * one.data.length);
    two.set(one.data, one.data.length);
    writeFileSync(file, writeNpy(tensor('float32', [2, 3, 8, 8], two)));
    const answer = await json('predict', fixture('torchscript.onnx'), '--input', file, '--top', '9', '--threads', '1', '--quiet');
    expect(answer.output).toHaveLength(10);
    expect(answer.top).toHaveLength(5);
    expect(answer.top[0].score).toBe(Math.max(...answer.output.slice(0, 5)));
    for (const [i, score] of answer.output.slice(5).entries()) expect(score).toBeCloseTo(expected['torchscript scores'][i], 5);
    expect(await printed(['predict', fixture('torchscript.onnx'), '--input', file])).toContain('the first of 2 examples');
  });

  test.each([
    ['<f8', Float64Array],
    ['|u1', Uint8Array],
    ['<i4', Int32Array],
    ['<i8', BigInt64Array],
  ] as const)('.npy of %s is fed as numbers', async (description, Type) => {
    const values = [3, 0, 7, 1, 2, 250, 9, 4];
    const write = (name: string, descr: string, data: ArrayBufferView): string => {
      const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (1, 8), }`.padEnd(117).concat('\n');
      const head = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length, 0)}${header}`, 'latin1');
      const file = path.join(folder, name);
      writeFileSync(file, Buffer.concat([head, Buffer.from(data.buffer as ArrayBuffer)]));
      return file;
    };
    const folder = temporaryFolder();
    const data = Type === BigInt64Array ? BigInt64Array.from(values, BigInt) : (Type as Uint8ArrayConstructor).from(values);
    const model = fixture('external.onnx');
    const typed = await json('predict', model, '--input', write('typed.npy', description, data));
    const floats = await json('predict', model, '--input', write('floats.npy', '<f4', Float32Array.from(values)));
    expect(typed.output).toEqual(floats.output);
  });
});

describe('how an image is prepared, and what classes are called', () => {
  const model = fixture('torchscript.onnx');

  test('is said where it was guessed or assumed, and in JSON', async () => {
    const guessed = await printed(['predict', model, '--input', 'test/fixtures/image/files/rgb.png']);
    expect(guessed).toContain('image: RGB 8×8, squash; ImageNet mean/std (guessed); "inspectum conventions" compares the usual ones');
    expect(await printed(['predict', SHAPES, '--input', HOUSE])).not.toContain('guessed');
    const { convention, labelling } = await json('predict', SHAPES, '--input', HOUSE);
    expect(convention).toMatchObject({ name: 'from inspectum.json', mean: [0.485, 0.456, 0.406], guessed: false });
    expect(labelling).toMatchObject({ source: 'labels.txt', count: 10, assumed: false });
    expect(await printed(['layers', SHAPES])).toMatch(
      /^image {2}RGB 128×128, shorter-side; from inspectum\.json\nlabels 10 names from labels\.txt$/m,
    );
  });

  test('--labels names a file', async () => {
    const file = path.join(temporaryFolder(), 'names.csv');
    writeFileSync(file, 'index,name\n0,a\n1,b\n2,c\n3,d\n4,e\n');
    const { top, labelling } = await json('predict', model, '--input', IMAGE, '--labels', file, '--top', '1');
    expect(top[0].label).toBe('abcde'[top[0].index]);
    expect(labelling.source).toBe('names.csv');
  });

  test('conventions: the best classes under each', async () => {
    const outcomes = await json('conventions', SHAPES, '--input', HOUSE);
    expect(outcomes).toHaveLength(10);
    expect(outcomes.filter(({ current }: { current: boolean }) => current)).toMatchObject([
      { name: 'ImageNet mean/std, RGB', settings: { channels: 'RGB', range: [0, 1] }, top: [{ label: 'house' }, {}, {}, {}, {}] },
    ]);
    expect(await printed(['conventions', SHAPES, '--input', HOUSE])).toMatch(
      /^ImageNet mean\/std, RGB {2}\(in use\)\n {2}9\d\.\d% +3 {2}house/m,
    );
  });
});
