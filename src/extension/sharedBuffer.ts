import type { Sweep } from '../protocol/model.ts';

/** A sweep whose maps lie in one buffer: VS Code passes buffers to a panel one by one, and hundreds of them take its time. */
export function inOneBuffer(sweep: Sweep): Sweep {
  const all = new Float32Array(sweep.maps.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  const maps = sweep.maps.map((map) => {
    const data = all.subarray(at, at + map.data.length);
    data.set(map.data);
    at += map.data.length;
    return { ...map, data };
  });
  return { ...sweep, maps };
}
