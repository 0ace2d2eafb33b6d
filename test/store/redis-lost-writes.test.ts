import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { META } from '../../src/store/redis/keys.ts';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { FEED_START, type PresenceStore } from '../../src/store/store.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { readOne, START_MS, setPresence, setStatusMessage, tell, user } from './commands.ts';
import { edit } from './document-contract.ts';

let server: RedisServer;
let stores: PresenceStore[];

beforeEach(async () => {
  server = await startRedis();
  stores = [];
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await server.stop();
});

async function open(): Promise<PresenceStore> {
  const store = await openRedisStore({ url: server.url, partitions: 2, timeoutMs: 1000 });
  stores.push(store);
  return store;
}

/** Redis is killed, and comes back as it was when it saved. */
async function loseWrites(): Promise<void> {
  const answers = () =>
    Promise.all(
      stores.map(({ leases }) =>
        leases.attend().then(
          () => true,
          () => false,
        ),
      ),
    );
  await server.kill();
  await expect.poll(answers, { timeout: 5000, interval: 10 }).not.toContain(true);
  await server.start();
  await expect.poll(answers, { timeout: 5000, interval: 10 }).not.toContain(false);
}

/** Changes of the users at an instant that stands still, so that numbers go up one by one. */
async function change(store: PresenceStore, contents: readonly string[]): Promise<number[]> {
  const numbers: number[] = [];
  for (const content of contents) {
    const { changes } = await tell(store, user(1), START_MS, setStatusMessage(content));
    numbers.push(...changes.map(({ number }) => number));
  }
  return numbers;
}

async function ends(store: PresenceStore): Promise<string[]> {
  return Promise.all([0, 1].map(async (at) => (await store.feedBounds(at)).end));
}

describe('a Redis that lost its latest writes', () => {
  it('gives no number and no place in the feed again, to who was there before or comes now', async () => {
    const one = await open();
    const two = await open();
    await change(one, ['kept']);
    await server.raw.save();
    // What the first remembers is what will be there again.
    const lost = await change(two, ['lost 1', 'lost 2', 'lost 3']);
    const partition = one.partitionOf(user(1));
    const { end } = await one.feedBounds(partition);
    const first = await tell(two, user(2), START_MS, setPresence(BUSY));
    await loseWrites();

    const next = [...(await change(one, ['a', 'b'])), ...(await change(two, ['c', 'd']))];
    const three = await open();
    next.push(...(await change(three, ['e'])), ...(await change(one, ['f'])));
    expect(Math.min(...next)).toBeGreaterThan(Math.max(...lost));
    expect(next).toEqual(next.toSorted((a, b) => a - b));
    expect(new Set(next).size).toBe(6);
    expect(await readOne(three, user(2))).toBeUndefined();
    const again = await tell(three, user(2), START_MS, setPresence(DO_NOT_DISTURB));
    expect(again.record.number).toBeGreaterThan(first.record.number);
    const page = await three.feed(partition, end, 10);
    const whose = page.entries.filter(({ userId }) => userId === user(1).userId);
    expect(whose.map(({ change }) => change.number)).toEqual(next);
  });

  it('leaves the number of a user whose presence does not change', async () => {
    const one = await open();
    const { record } = await tell(one, user(1), START_MS, setPresence(BUSY));
    await server.raw.save();
    await loseWrites();
    const kept = await tell(one, user(1), START_MS + 1, setPresence(BUSY));
    expect(kept.record).toEqual({
      ...record,
      facts: kept.record.facts,
      untilMs: kept.record.untilMs,
    });
    expect(await readOne(one, user(1))).toEqual(kept.record);
    expect(kept.record.untilMs).toBeGreaterThan(record.untilMs);
    const changed = await tell(one, user(1), START_MS + 2, setPresence(DO_NOT_DISTURB));
    expect(changed.record.number).toBeGreaterThan(Date.now());
  });

  it('gives no fence again', async () => {
    const one = await open();
    await one.leases.take(0);
    await server.raw.save();
    const lost = [await one.leases.take(0), await one.leases.take(0), await one.leases.take(1)];
    await loseWrites();
    const next = await one.leases.take(0);
    const fences = lost.map((lease) => lease?.fence ?? Number.POSITIVE_INFINITY);
    expect(next?.fence).toBeGreaterThan(Math.max(...fences));
    expect((await one.leases.take(1))?.fence).toBeGreaterThan(Math.max(...fences));
  });

  it('tells all documents to who knew of changes that are gone', async () => {
    const one = await open();
    await one.documents.write([edit('a', '1')]);
    await server.raw.save();
    await one.documents.write([edit('lost', '1')]);
    const { revision } = await one.documents.since('things');
    await loseWrites();
    const { isWhole, documents } = await one.documents.since('things', revision);
    expect(isWhole).toBe(true);
    expect([...documents]).toEqual([['a', '1']]);
    await one.documents.write([edit('b', '1')]);
    expect(await one.documents.since('things', revision)).toMatchObject({ isWhole: true });
  });

  it('that were all it had goes on as an empty store, which others can open', async () => {
    const one = await open();
    const lost = await change(one, ['1', '2']);
    const before = await ends(one);
    await loseWrites();
    const next = await change(one, ['3']);
    expect(next[0]).toBeGreaterThan(Math.max(...lost));
    const at = one.partitionOf(user(1));
    // Reads have a connection of their own, which may come back later.
    const { end } = await vi.waitFor(() => one.feedBounds(at), { timeout: 5000 });
    expect(end > (before[at] ?? '')).toBe(true);
    expect((await one.feed(at, FEED_START, 10)).entries).toHaveLength(1);
    // The first puts back what the store says of itself.
    await expect.poll(() => server.raw.exists(META), { timeout: 5000 }).toBe(1);
    const two = await open();
    expect(two.partitions).toBe(2);
    expect((await readOne(two, user(1)))?.presence.statusMessage?.content).toBe('3');
  });
});
