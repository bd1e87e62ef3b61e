import { describe, expect, it, test } from 'vitest';
import { METHODS } from '../../../src/attribution/index.ts';
import type { Method } from '../../../src/attribution/method.ts';
import { READINGS, readingOf } from '../../../webview/image/readings.ts';
import { meaningOf } from '../../../webview/image/words.ts';
import { meaningOfPictures } from '../../../webview/picture/words.ts';

const map = { output: 'y', width: 2, height: 1, data: Float32Array.of(1, -1) };
const said = (method: string, sign: 'positive' | 'negative' | 'all' | 'absolute_value', set = {}) =>
  meaningOf(map, { sign, colormap: 'vanimo' }, readingOf({ name: method }, set), 'cactus');

describe('what the sentence under a picture says', () => {
  it.each([
    ['LayerGradCam', 'positive', {}, 'Bright areas count towards cactus; clear areas do not.'],
    ['Saliency', 'positive', {}, 'Bright areas change cactus most when they change, up or down; clear areas do not.'],
    ['Saliency', 'negative', { abs: false }, 'Bright areas lower cactus when they grow in value; clear areas do not.'],
    [
      'IntegratedGradients',
      'positive',
      { multiply_by_inputs: false },
      'Bright areas raise cactus when they grow in value; clear areas do not.',
    ],
    ['LayerActivation', 'positive', {}, 'Bright areas have positive values at this layer; clear areas do not. This is of no class.'],
    [
      'EigenCAM',
      'positive',
      {},
      "Bright areas have what the layer's channels have most in common; clear areas do not. This is of no class.",
    ],
  ] as const)('%s, %s, %j', (method, sign, set, sentence) => {
    expect(said(method, sign, set)).toBe(sentence);
  });

  const methods: readonly (readonly [string, Method])[] = Object.entries(METHODS);

  it.each(methods.filter(([, { level, needsTarget }]) => level === 'layer' && !needsTarget))('%s names no class', (name) => {
    const style = { kind: 'preset', name: 'grad-cam-paper' } as const;
    for (const sign of ['positive', 'negative', 'all', 'absolute_value'] as const) expect(said(name, sign)).not.toContain('cactus');
    expect(meaningOfPictures(style, readingOf({ name }, {}), 'cactus')).not.toContain('cactus');
  });

  it.each(methods.filter(([, { level, needsTarget }]) => level === 'neuron' || needsTarget))('%s names what is explained', (name) => {
    expect(said(name, 'positive')).toContain('cactus');
  });

  test('all methods of the table exist', () => {
    expect(Object.keys(READINGS).filter((name) => !(name in METHODS))).toEqual([]);
  });
});
