import { describe, expect, test } from 'vitest';
import { allLayers } from '../../src/app/tree/layerTree.ts';
import { CASES, PHOTO, type Refused, type Told } from './cases.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { explainsOf, pageOf } from './page.ts';

/** Filled by the tests, for the page of the documentation. */
const outcomes = new Map<string, Outcome | string>();

describe('a model that does what real files do', () => {
  test.each(CASES.filter(({ told }) => 'explains' in told))('$file: $what', async ({ file, given = PHOTO, told }) => {
    const wanted = told as Told;
    const outcome = await outcomeOf(file, given);
    outcomes.set(file, outcome);
    const { summary, sweep } = outcome;
    const rows = [...allLayers(summary.layers)];
    const best = sweep.prediction.top[0];
    const strong = sweep.maps.filter((map) => map.data.some((value) => value !== 0));
    expect({
      explains: explainsOf(summary),
      classes: summary.classes,
      first: summary.defaultLayer,
      maps: sweep.maps.length,
      refusals: sweep.refusals,
    }).toEqual({ explains: wanted.explains, classes: wanted.classes, first: wanted.first, maps: wanted.maps, refusals: [] });
    expect(sweep.target.text).toMatch(wanted.target);
    expect(sweep.maps.flatMap((map) => [...map.data]).filter((value) => !Number.isFinite(value))).toEqual([]);
    expect(strong.length).toBeGreaterThan(sweep.maps.length / 2 - 1);
    if (wanted.first !== undefined) {
      const shown = rows.find(({ id }) => id === wanted.first);
      expect(strong.map(({ output }) => output)).toContain(shown?.output);
    }
    expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining([...(wanted.layers ?? [])]));
    for (const note of wanted.notes ?? []) expect(summary.notes).toContainEqual(expect.stringMatching(note));
    for (const offer of wanted.offers ?? [])
      expect(summary.labelling?.offers.map(({ text }) => text)).toContainEqual(expect.stringMatching(offer));
    if (wanted.labels) expect(summary.labelling?.source).toMatch(wanted.labels);
    if (wanted.convention) expect(summary.input?.name).toMatch(wanted.convention);
    if (wanted.size) expect([...(summary.input?.size ?? []), summary.input?.sizeFrom]).toEqual(wanted.size);
    if (wanted.best) expect(best?.label).toMatch(wanted.best);
    for (const { probability } of sweep.prediction.top) expect(probability).toBeGreaterThanOrEqual(0);
    for (const { probability } of sweep.prediction.top) expect(probability).toBeLessThanOrEqual(1);
  });

  test.each(CASES.filter(({ told }) => 'words' in told))('$file: $what', async ({ file, given = PHOTO, told }) => {
    const { kind, words } = told as Refused;
    const refused = await outcomeOf(file, given).catch((error) => error);
    outcomes.set(file, refused.message);
    expect(refused).toMatchObject({ kind, message: expect.stringMatching(words) });
  });

  test('is in the documentation with what came of it', async () => {
    await expect(pageOf(outcomes)).toMatchFileSnapshot('../../docs/models.md');
  });
});
