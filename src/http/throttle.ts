import type { Clock } from '../clock.ts';
import { GraphError } from '../graph/error.ts';
import type { Throttling } from '../graph/throttling.ts';
import type { Gate } from './dispatcher.ts';

/** Applications that are counted at a time. With more, the window that began first is forgotten. */
const MOST_WINDOWS = 10_000;

interface Window {
  readonly untilMs: number;
  left: number;
}

/**
 * Refuses what an application asks beyond its limit in a tenant: 429. A window begins with the first request
 * after the one before it is over, and what is refused doesn't make it longer; so whoever waits as long as
 * Retry-After says gets through (docs/decisions/0068-faults-on-demand.md). Each server counts for itself.
 */
export function createThrottle({ requests, withinMs }: Throttling, clock: Clock): Gate {
  /** In the order in which they began. */
  const windows = new Map<string, Window>();

  function begin(key: string, nowMs: number): Window {
    windows.delete(key);
    for (const [oldest, { untilMs }] of windows) {
      if (untilMs > nowMs && windows.size < MOST_WINDOWS) break;
      windows.delete(oldest);
    }
    const window = { untilMs: nowMs + withinMs, left: requests };
    windows.set(key, window);
    return window;
  }

  return {
    enter({ tenantId, appId }) {
      const key = tenantId + appId;
      const nowMs = clock.nowMs();
      const known = windows.get(key);
      // A clock that was set back must not make a window longer.
      const goesOn =
        known !== undefined && nowMs < known.untilMs && nowMs >= known.untilMs - withinMs;
      const window = goesOn ? known : begin(key, nowMs);
      if (window.left === 0) throw tooMany(window.untilMs - nowMs);
      window.left--;
    },
  };

  function tooMany(leftMs: number): GraphError {
    const seconds = Math.ceil(leftMs / 1000);
    const message = `Too many requests: an application may make ${requests} in ${withinMs / 1000} s in a tenant. Please try again after ${seconds} s.`;
    return new GraphError(429, 'TooManyRequests', message, { 'retry-after': String(seconds) });
  }
}
