import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { createDirectory } from '../../src/directory/fixed.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { AVAILABLE, BUSY, type Pair } from '../../src/engine/pair.ts';
import { createLoopTurns } from '../../src/presence/loop-turns.ts';
import { createPresenceService } from '../../src/presence/service.ts';
import { createTicker, type Ticker } from '../../src/presence/ticker.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { FEED_START, type PresenceStore } from '../../src/store/store.ts';
import { until } from '../until.ts';

const START_MS = Date.parse('2026-11-21T09:00:00Z');
const MINUTE_MS = 60_000;
const tenantId = '11111111-0000-4000-8000-000000000001';

const running: Ticker[] = [];
const gates: { release(): void }[] = [];
afterEach(async () => {
  for (const gate of gates.splice(0)) gate.release();
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
  const refilled: string[] = [];
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
    clock,
    steadyClock: { nowMs: () => clock.nowMs(), alarm: alarmed },
    turn: createLoopTurns(),
    refill: (each) => refilled.push(each.userId),
    onError: (error) => errors.push(error),
  });
  running.push(ticker);
  const asleep = () =>
    new Promise<void>((resolve) => {
      slept = resolve;
    });
  return { store, clock, service, ticker, errors, refilled, asleep };
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

  test('offers whose calendar is to be looked at, and nobody else', async () => {
    const { store, clock, service, ticker, refilled } = setUp();
    const calendar = (refillAtMs: number): PresenceCommand => ({
      ...{ kind: 'setCalendar', appId: 'app', outOfOffice: null, revision: 1, refillAtMs },
      spans: [{ kind: 'busy', startsAtMs: START_MS + MINUTE_MS, endsAtMs: START_MS + 1e9 }],
    });
    await service.execute(user(1), calendar(START_MS + 60 * MINUTE_MS));
    await service.execute(user(2), calendar(START_MS + 2 * MINUTE_MS));
    clock.advance(MINUTE_MS);
    expect(await ticker.tick()).toBe(2);
    expect(refilled).toEqual([]);
    clock.advance(MINUTE_MS);
    await ticker.tick();
    expect(refilled).toEqual([user(2).userId]);
    // Nobody has looked: it is offered again.
    expect(await store.nextDueMs(0)).toBe(START_MS + 7 * MINUTE_MS);
    clock.advance(5 * MINUTE_MS);
    await ticker.tick();
    expect(refilled).toEqual([user(2).userId, user(2).userId]);
  });
});

/** How many are due at the same instant. */
const MANY = 10_000;
/** Updates under way at most: see ticker.ts. */
const MOST_UNDER_WAY = 2000;

/** A store whose updates wait, once they are held back, until they are let through or fail. */
function heldBack() {
  const inner = openMemoryStore();
  const waiting: (() => void)[] = [];
  /** How often each user was handed over. */
  const updates = new Map<string, number>();
  let isHeld = false;
  let fails = (_userId: string) => false;
  const store: PresenceStore = {
    ...inner,
    async update(key, nowMs, step) {
      const { userId } = key;
      if (isHeld) {
        updates.set(userId, (updates.get(userId) ?? 0) + 1);
        await new Promise<void>((resolve) => waiting.push(resolve));
        if (fails(userId)) throw new StoreUnavailable(`not ${userId}`, 1000);
      }
      return inner.update(key, nowMs, step);
    },
  };
  const gate = {
    store,
    updates,
    hold(whoFails = fails) {
      isHeld = true;
      fails = whoFails;
    },
    /** Lets some through in each round of the event loop, until the work is done; how many waited at most. */
    async through(work: Promise<unknown>): Promise<number> {
      let isDone = false;
      let most = 0;
      const done = () => {
        isDone = true;
      };
      work.then(done, done);
      const endMs = performance.now() + 10_000;
      while (!isDone) {
        if (performance.now() > endMs) throw new Error('it does not end');
        await rounds(1);
        most = Math.max(most, waiting.length);
        for (const pass of waiting.splice(0, 333)) pass();
      }
      return most;
    },
    release() {
      isHeld = false;
      for (const pass of waiting.splice(0)) pass();
    },
    get underWay() {
      return waiting.length;
    },
  };
  gates.push(gate);
  return gate;
}

async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A ticker for whom so many are due at once. */
async function setUpDue(count: number, store?: PresenceStore) {
  const parts = setUp(store);
  const { service, clock } = parts;
  for (let index = 0; index < count; index++) await service.execute(user(index), set(BUSY, 10));
  clock.advance(10 * MINUTE_MS);
  return { ...parts, left: () => parts.store.due(0, clock.nowMs(), count) };
}

describe('the ticker, with thousands due at once', () => {
  test('has a bounded number of them under way, and looks at each once', async () => {
    const gate = heldBack();
    const { ticker, left } = await setUpDue(MANY, gate.store);
    gate.hold();
    const ticked = ticker.tick();
    await until(() => gate.underWay >= MOST_UNDER_WAY);
    await rounds(100);
    expect(gate.underWay).toBe(MOST_UNDER_WAY);
    expect(await gate.through(ticked)).toBe(MOST_UNDER_WAY);
    expect(await ticked).toBe(MANY);
    expect(gate.updates.size).toBe(MANY);
    expect(Math.max(...gate.updates.values())).toBe(1);
    expect(await left()).toEqual([]);
  });

  test('gives everything else its turn between a few hundred of them', async () => {
    const { ticker, service } = await setUpDue(MANY);
    let reads = 0;
    let isDone = false;
    const ticked = ticker.tick().then(() => {
      isDone = true;
    });
    for (; !isDone; reads++) {
      await rounds(1);
      await service.read({ tenantId, userId: null }, [user(reads).userId]);
    }
    await ticked;
    // Several between two pieces of 250, as Node takes one new connection in each round.
    expect(reads).toBeGreaterThan(4 * (MANY / 250));
  });

  test('begins nothing more once it is stopped; the next one finds the rest', async () => {
    const gate = heldBack();
    const { clock, ticker, left } = await setUpDue(MANY, gate.store);
    gate.hold();
    ticker.start();
    await until(() => gate.underWay === MOST_UNDER_WAY);
    let isStopped = false;
    const stopped = ticker.stop().then(() => {
      isStopped = true;
    });
    await rounds(20);
    expect(isStopped).toBe(false);
    await gate.through(stopped);
    expect(gate.updates.size).toBe(MOST_UNDER_WAY);
    expect(await left()).toHaveLength(MANY - MOST_UNDER_WAY);

    const next = setUp(gate.store);
    next.clock.set(clock.nowMs());
    const rest = next.ticker.tick();
    await gate.through(rest);
    expect(await rest).toBe(MANY - MOST_UNDER_WAY);
  });

  test('looks at all others when updates of some fail, and at those again a second later', async () => {
    const gate = heldBack();
    const { clock, ticker, errors, asleep, left } = await setUpDue(1000, gate.store);
    const broken = [user(3), user(700)];
    gate.hold((userId) => broken.some((each) => each.userId === userId));
    const again = async (byMs: number) => {
      const slept = asleep();
      clock.advance(byMs);
      await gate.through(slept);
    };
    const first = asleep();
    ticker.start();
    await gate.through(first);
    expect(await left()).toHaveLength(2);
    expect(errors).toHaveLength(1);

    const attempts = () => broken.map(({ userId }) => gate.updates.get(userId));
    for (let look = 1; look < 10; look++) await again(100);
    expect(attempts()).toEqual([1, 1]);
    await again(100);
    expect(attempts()).toEqual([2, 2]);
    expect(errors).toHaveLength(2);

    gate.hold(() => false);
    for (let look = 0; look < 10; look++) await again(100);
    expect(await left()).toEqual([]);
    expect(errors).toHaveLength(2);
  });

  test('looks at who comes due meanwhile within a tenth of a second, though another one fails', async () => {
    const gate = heldBack();
    const { store, clock, service, ticker, asleep } = await setUpDue(1, gate.store);
    await service.execute(user(1), { ...set(BUSY, 10), lifetimeMs: 50 } as PresenceCommand);
    gate.hold((userId) => userId === user(0).userId);
    const first = asleep();
    ticker.start();
    await gate.through(first);
    const again = asleep();
    clock.advance(100);
    await gate.through(again);
    expect((await changesOf(store)).at(-1)).toEqual(['Offline', 10 + 50 / MINUTE_MS]);
  });

  test('leaves a store alone in which everything fails, and goes on a second later', async () => {
    const gate = heldBack();
    const { clock, ticker, errors, asleep, left } = await setUpDue(MANY, gate.store);
    gate.hold(() => true);
    const first = asleep();
    ticker.start();
    await gate.through(first);
    expect(errors).toHaveLength(1);
    expect(gate.updates.size).toBeLessThanOrEqual(500 + MOST_UNDER_WAY);

    gate.hold(() => false);
    const again = asleep();
    clock.advance(1000);
    await gate.through(again);
    expect(await left()).toEqual([]);
  });
});
