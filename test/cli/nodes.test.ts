import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildProgram, HOUSE, NODES, printed, SHAPES, temporaryFolder } from './program.ts';

buildProgram();

describe.each(NODES)('Node %s', (_, node) => {
  test('runs every command', async () => {
    const folder = temporaryFolder();
    const options = { node };
    expect(await printed(['layers', SHAPES], options)).toContain('stage1.0.expand');
    expect(await printed(['predict', SHAPES, '--input', HOUSE], options)).toMatch(/99\.9%\s+3\s+house/);
    expect(await printed(['attribute', SHAPES, '--input', HOUSE, '--method', 'LayerGradCam', '--layer', 'stage2'], options)).toContain(
      'target 3 of logits',
    );
    await printed(['sweep', SHAPES, '--input', HOUSE, '--out', folder], options);
    expect(readdirSync(folder)).toContain('sweep.json');
    const jobs = path.join(folder, 'jobs.jsonl');
    writeFileSync(jobs, JSON.stringify({ model: SHAPES, input: HOUSE, method: 'Saliency' }));
    expect(JSON.parse(await printed(['batch', jobs], options))).toMatchObject({ line: 1, ok: true, shape: [1, 3, 128, 128] });
  });
});
