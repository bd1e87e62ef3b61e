import { readFileSync } from 'node:fs';
import process from 'node:process';
import { beforeAll, describe, expect, test } from 'vitest';
import { residentMemory } from '../../src/extension/residentMemory.ts';
import type { Layer } from '../../src/protocol/model.ts';
import { buildProgram, inspectum, NODES } from '../cli/program.ts';
import { writeHugeModel } from '../tools/hugeModel.ts';
import { useWorker } from './harness.ts';

buildProgram();
const { folder, observed } = useWorker();
let model = '';
beforeAll(() => {
  model = writeHugeModel(folder);
});

const MB = 2 ** 20;

/** The most that a process has had in memory, in MB; where the system does not tell, what it has now. */
async function peakMemory(pid: number): Promise<number> {
  if (process.platform !== 'linux') return (await residentMemory(pid)) / MB;
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 2 ** 10;
}

const count = (layers: readonly Layer[]): number => layers.reduce((sum, layer) => sum + 1 + count(layer.children), 0);

describe('a model of 3.2 GB', () => {
  test('opens its tree of thousands of layers under 300 MB', async () => {
    const one = observed();
    await one.client.call('ping', null);
    const began = performance.now();
    const summary = await one.client.call('open', { path: model, choices: {} });
    const took = performance.now() - began;
    const peak = await peakMemory(one.pid);
    console.log(`opened in ${took.toFixed(0)} ms, with ${peak.toFixed(0)} MB`);
    expect(summary.parameters).toBe(789_465_320);
    expect(count(summary.layers)).toBeGreaterThan(2000);
    expect(peak).toBeLessThan(300);
    // 2 s on a machine that does nothing else
    expect(took).toBeLessThan(20_000);
  });

  test.each(NODES)('is listed by the command line on Node %s under 300 MB', async (version, node) => {
    let peak = 0;
    const began = performance.now();
    const { status, stdout } = await inspectum(['layers', model], {
      node,
      during: ({ pid = 0 }) => {
        const watch = setInterval(async () => {
          const now = await peakMemory(pid).catch(() => Number.NaN);
          if (Number.isNaN(now)) clearInterval(watch);
          else peak = Math.max(peak, now);
        }, 20);
      },
    });
    const took = performance.now() - began;
    console.log(`Node ${version}: listed in ${took.toFixed(0)} ms, with ${peak.toFixed(0)} MB`);
    expect(status).toBe(0);
    expect(stdout).toMatch(/vit\.onnx: ONNX, opset 17, pytorch .*, 789,465,320 parameters/);
    expect(peak).toBeGreaterThan(20);
    expect(peak).toBeLessThan(300);
    expect(took).toBeLessThan(30_000);
  });
});
