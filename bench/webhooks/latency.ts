import type { SentChanges } from './steady.ts';

/** In ms, for each change that was made. */
export interface Latencies {
  /** From when the change's time had come. */
  readonly fromRequest: readonly number[];
  /** From the answer to the change; below 0 where the notification was faster. */
  readonly fromAnswer: readonly number[];
}

/**
 * Pairs each user's changes with what arrived about them, in their order. A server that is up to date
 * tells each change once: anything else is an error.
 */
export function latencies(
  sent: SentChanges,
  arrivals: ReadonlyMap<string, readonly number[]>,
): Latencies {
  const fromRequest: number[] = [];
  const fromAnswer: number[] = [];
  for (const [user, changes] of sent) {
    const instants = arrivals.get(user) ?? [];
    if (instants.length !== changes.length) {
      throw new Error(`of ${changes.length} changes of ${user}, ${instants.length} arrived`);
    }
    for (const [index, { sentMs, answeredMs }] of changes.entries()) {
      const arrivedMs = instants[index] ?? Number.NaN;
      fromRequest.push(arrivedMs - sentMs);
      fromAnswer.push(arrivedMs - answeredMs);
    }
  }
  return { fromRequest, fromAnswer };
}

/** The value that this share of them doesn't exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
