import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { createDirectory } from '../../src/directory/fixed.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { AVAILABLE, BUSY, type Pair } from '../../src/engine/pair.ts';
import { createPresenceService } from '../../src/presence/service.ts';
import { createTicker, type Ticker } from '../../src/presence/ticker.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { FEED_START, type PresenceStore } from '../../src/store/store.ts';

const START_MS = Date.parse('2026-11-21T09:00:00Z');
const MINUTE_MS = 60_000;
const tenantId = '11111111-0000-4000-8000-000000000001';

const running: Ticker[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((ticker) => ticker.stop()));
});

function user(index: number) {
  return { tenantId, userId: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` };
}

function set(pair: Pair, minutes: number): PresenceCommand {
  const lifetimeMs = minutes * MINUTE_MS;
  return { kind: 'setPresence', appId: 'app', sessionId: 'app', pair, lifetimeMs };
}

/** A service and its ticker on a clock of the test's; `ticked` waits until the ticker sleeps again. */
function setUp(store: PresenceStore = openMemoryStore()) {
  const clock = new ManualClock(START_MS);
  const errors: unknown[] = [];
  const directory = createDirectory('open', new Map());
  const service = createPresenceService({ store, clock, directory });
  let slept: () => void = () => {};
  const alarmed: typeof clock.alarm = (atMs, ring) => {
    slept();
    return clock.alarm(atMs, ring);
  };
  const ticker = createTicker({
    store,
    partition: 0,
    clock: { nowMs: () => clock.nowMs(), alarm: alarmed },
    refill() {},
    onError: (error) => errors.push(error),
  });
  running.push(ticker);
  const asleep = () =>
    new Promise<void>((resolve) => {
      slept = resolve;
    });
  return { store, clock, service, ticker, errors, asleep };
}

async function changesOf(store: PresenceStore) {
  const { entries } = await store.feed(0, FEED_START, 10_000);
  return entries.map(({ change }) => [change.after.activity, (change.atMs - START_MS) / MINUTE_MS]);
}

describe('the ticker', () => {
  test('writes a fade nobody asked about at its due time, not before', async () => {
    const { store, clock, service, ticker, asleep } = setUp();
    await service.execute(user(1), set(AVAILABLE, 60));
    const first = asleep();
    ticker.start();
    await first;
    for (const [byMs, expected] of [
      [5 * MINUTE_MS - 1, 1],
      [1, 2],
    ] as const) {
      const again = asleep();
      clock.advance(byMs);
      await again;
      expect(await changesOf(store)).toHaveLength(expected);
    }
    expect(await changesOf(store)).toEqual([
      ['Available', 0],
      ['AvailableInactive', 5],
    ]);
  });

  test('coming hours late writes the same changes as one that came in time', async () => {
    const late = setUp();
    const punctual = setUp();
    for (const { service } of [late, punctual]) {
      await service.execute(user(1), set(AVAILABLE, 60));
      await service.execute(user(2), set(BUSY, 30));
    }
    for (let minute = 1; minute <= 240; minute++) {
      punctual.clock.advance(MINUTE_MS);
      await punctual.ticker.tick();
    }
    late.clock.advance(240 * MINUTE_MS);
    await late.ticker.tick();
    expect((await changesOf(late.store)).sort()).toEqual((await changesOf(punctual.store)).sort());
  });

  test('finds what fell due while no ticker ran', async () => {
    const before = setUp();
    await before.service.execute(user(1), set(BUSY, 10));
    const after = setUp(before.store);
    after.clock.set(START_MS + 60 * MINUTE_MS);
    const first = after.asleep();
    after.ticker.start();
    await first;
    expect(await changesOf(before.store)).toEqual([
      ['Busy', 0],
      ['Offline', 10],
    ]);
  });

  test('ends a session when the clock steps past its end, and not while it was set back', async () => {
    const { store, clock, service, ticker } = setUp();
    await service.execute(user(1), set(BUSY, 10));
    clock.set(START_MS - 60 * MINUTE_MS);
    await ticker.tick();
    expect(await changesOf(store)).toHaveLength(1);
    clock.set(START_MS + 11 * MINUTE_MS);
    await ticker.tick();
    expect(await changesOf(store)).toEqual([
      ['Busy', 0],
      ['Offline', 10],
    ]);
  });

  test('re-arms a due entry that a keep-alive left early, and writes no change', async () => {
    const { store, clock, service, ticker } = setUp();
    await service.execute(user(1), set(BUSY, 10));
    clock.advance(9 * MINUTE_MS);
    await service.execute(user(1), set(BUSY, 10));
    expect(await store.nextDueMs(0)).toBe(START_MS + 10 * MINUTE_MS);
    clock.advance(MINUTE_MS);
    expect(await ticker.tick()).toBe(1);
    expect(await store.nextDueMs(0)).toBe(START_MS + 19 * MINUTE_MS);
    expect(await changesOf(store)).toHaveLength(1);
  });

  test('works through more due users than fit into one slice', async () => {
    const { store, clock, service, ticker } = setUp();
    for (let index = 0; index < 1200; index++) await service.execute(user(index), set(BUSY, 10));
    clock.advance(10 * MINUTE_MS);
    expect(await ticker.tick()).toBe(1200);
    expect(await changesOf(store)).toHaveLength(2400);
  });

  test('reports a store that fails, and goes on a second later', async () => {
    const store = openMemoryStore();
    let failing = true;
    const flaky: PresenceStore = {
      ...store,
      async due(partition, nowMs, limit) {
        if (failing) throw new StoreUnavailable('no room', 1000);
        return store.due(partition, nowMs, limit);
      },
    };
    const { clock, service, ticker, errors, asleep } = setUp(flaky);
    await service.execute(user(1), set(BUSY, 5));
    const first = asleep();
    ticker.start();
    await first;
    expect(errors).toHaveLength(1);
    failing = false;
    const again = asleep();
    clock.advance(5 * MINUTE_MS);
    await again;
    expect(await changesOf(store)).toHaveLength(2);
  });
});
