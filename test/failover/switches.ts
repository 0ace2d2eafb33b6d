import type { SentinelGroup } from '../redis-sentinels.ts';

export interface Switches {
  /** How often another server was made the primary. */
  count(): number;
  stop(): void;
}

/** Counts failovers, by what one of the sentinels says. */
export async function countSwitches(group: SentinelGroup): Promise<Switches> {
  const listener = group.sentinels[0]?.raw.duplicate();
  let count = 0;
  listener?.on('message', () => {
    count++;
  });
  await listener?.subscribe('+switch-master');
  return { count: () => count, stop: () => listener?.disconnect() };
}
