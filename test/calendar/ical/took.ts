/**
 * Milliseconds that some work keeps this process busy: by the clock or by the processor's count, whichever says
 * less. The machine has other things to do, and the collector works beside it.
 */
export function tookMs(work: () => unknown): number {
  const startedAt = performance.now();
  const started = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(started);
  return Math.min(performance.now() - startedAt, (user + system) / 1000);
}

/** Whether it takes no longer in one of so many attempts: slow is what is slow each time. */
export function takesAtMost(ms: number, work: () => unknown, attempts = 3): boolean {
  return Array.from({ length: attempts }).some(() => tookMs(work) <= ms);
}
