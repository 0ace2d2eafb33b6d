import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop came round, in ms: for so long everything else in the process had to wait. */
export interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

const RESOLUTION_MS = 5;

/** Begins at the first call; each call after it tells of the time since the one before. */
export function loopDelay(): () => LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  return () => {
    histogram.enable();
    // What it counts is from one look to the next, so a loop that is never late has the resolution.
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const delay = { p99Ms: late(histogram.percentile(99)), maxMs: late(histogram.max) };
    histogram.reset();
    return delay;
  };
}
