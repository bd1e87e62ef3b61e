import process from 'node:process';

/** How long the thread that calls this was kept from its events. */
export interface Blocking {
  /** Milliseconds: the longest gaps between two turns of the event loop, the longest first. */
  readonly gaps: readonly number[];
  /** Milliseconds of them in which this thread computed; the rest, it waited for a processor. */
  readonly computed: readonly number[];
}

const KEPT = 5;

/** What this thread has computed; before Node 23.9, which cannot tell, what the whole process has: not less. */
const computedMs = (): number => {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => NodeJS.CpuUsage };
  const { user, system } = threadCpuUsage ? threadCpuUsage() : process.cpuUsage();
  return (user + system) / 1000;
};

/** Watches the event loop until the returned function is called. */
export function watchBlocking(): () => Blocking {
  const turns: { readonly gap: number; readonly computed: number }[] = [];
  let [at, used] = [performance.now(), computedMs()];
  const timer = setInterval(() => {
    const [now, usedNow] = [performance.now(), computedMs()];
    turns.push({ gap: now - at, computed: usedNow - used });
    [at, used] = [now, usedNow];
  }, 1);
  return () => {
    clearInterval(timer);
    const longest = (key: 'gap' | 'computed') =>
      turns
        .map((turn) => turn[key])
        .sort((a, b) => b - a)
        .slice(0, KEPT);
    return { gaps: longest('gap'), computed: longest('computed') };
  };
}
