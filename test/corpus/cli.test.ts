import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildProgram, complaint, inspectum, temporaryFolder } from '../cli/program.ts';
import { CASES, type Case, PHOTO } from './cases.ts';
import { modelFile } from './outcome.ts';

buildProgram();

interface Row {
  readonly id: string;
  readonly output: string;
  readonly children?: readonly Row[];
}

const allRows = (rows: readonly Row[]): Row[] => rows.flatMap((row) => [row, ...allRows(row.children ?? [])]);

/** What the panel is given, as flags. */
const inputs = ({ given = PHOTO }: Case): string[] =>
  Object.entries(given).flatMap(([name, source]) => ['--input', `${name}=${source.kind === 'constant' ? source.value : source.path}`]);

describe('the command line makes of a model what the panel makes of it', () => {
  test.each(CASES)('$file: $what', async (one) => {
    const { told } = one;
    const model = modelFile(one.file);
    const out = temporaryFolder();
    if ('words' in told) {
      const asked = told.stage === 'model' ? ['layers', model] : ['sweep', model, ...inputs(one), '--out', out];
      expect(await complaint(asked, 1)).toMatch(told.words);
      return;
    }
    const [layers, sweep] = await Promise.all([
      inspectum(['layers', model, '--json']),
      inspectum(['sweep', model, ...inputs(one), '--out', out]),
    ]);
    expect({ layers: layers.status, sweep: sweep.status, words: sweep.stderr }).toMatchObject({ layers: 0, sweep: 0 });
    for (const note of told.notes ?? []) expect(sweep.stderr).toMatch(note);
    const { maps, prediction, target } = JSON.parse(readFileSync(path.join(out, 'sweep.json'), 'utf8'));
    expect(maps).toHaveLength(told.maps);
    expect(readdirSync(out).filter((name) => name.endsWith('.png'))).toHaveLength(told.maps);
    expect(prediction.top.length > 0).toBe(told.classes !== undefined);
    const { inputs: ports, layers: rows } = JSON.parse(layers.stdout) as { inputs: { name: string }[]; layers: Row[] };
    expect(ports.map(({ name }) => name)).toEqual(Object.keys(one.given ?? PHOTO));
    const first = allRows(rows).find(({ id }) => id === told.first);
    // the command line explains the first output as it is, the panel what a person would ask for
    if (told.classes === undefined && told.explains.startsWith('logits before')) return;
    expect(target.text).toMatch(told.target);
    if (told.first !== undefined) expect(maps.map(({ output }: Row) => output)).toContain(first?.output);
  });
});
