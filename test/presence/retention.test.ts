import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { advance } from '../../src/engine/advance.ts';
import { AVAILABLE, BUSY } from '../../src/engine/pair.ts';
import { startRetention } from '../../src/presence/retention.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { FEED_START } from '../../src/store/store.ts';

const START_MS = Date.parse('2026-11-21T09:00:00Z');
const HOUR_MS = 3_600_000;
const user = {
  tenantId: '11111111-0000-4000-8000-000000000001',
  userId: '00000000-0000-4000-8000-000000000001',
};

test('changes older than the retention are forgotten, and younger ones kept', async () => {
  const clock = new ManualClock(START_MS);
  const store = openMemoryStore();
  const session = { kind: 'setPresence', appId: 'app', sessionId: 'app' } as const;
  for (const [hour, pair] of [
    [0, AVAILABLE],
    [1, BUSY],
    [2, AVAILABLE],
  ] as const) {
    const nowMs = START_MS + hour * HOUR_MS;
    const command = { ...session, pair, lifetimeMs: 4 * HOUR_MS };
    await store.update(user, nowMs, (record) => advance(record, nowMs, command));
  }
  const total = (await store.feed(0, FEED_START, 100)).entries.length;
  let done: (count: number) => void = () => {};
  let failed: (error: unknown) => void = () => {};
  const trimmed = new Promise<number>((resolve, reject) => {
    done = resolve;
    failed = reject;
  });
  const stop = startRetention({
    store: {
      ...store,
      async trimFeed(partition, beforeMs, limit) {
        const count = await store.trimFeed(partition, beforeMs, limit);
        done(count);
        return count;
      },
    },
    partition: 0,
    clock,
    steadyClock: clock,
    retentionMs: HOUR_MS,
    onError: (error) => failed(error),
  });
  clock.set(START_MS + 2.5 * HOUR_MS);
  expect(await trimmed).toBeGreaterThan(0);
  await stop();
  const { entries } = await store.feed(0, FEED_START, 100);
  expect(entries.length).toBeLessThan(total);
  expect(entries.every(({ change }) => change.atMs >= START_MS + 1.5 * HOUR_MS)).toBe(true);
});
