import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { advance, NEW_RECORD, type UserRecord } from '../../src/engine/advance.ts';
import { BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { ByteWriter } from '../../src/store/bytes.ts';
import { encodeRecord } from '../../src/store/codec.ts';
import { StoreUnavailable, StoreUnusable } from '../../src/store/errors.ts';
import { partitionKeys, recordKey } from '../../src/store/redis/keys.ts';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { FEED_START, type PresenceStore } from '../../src/store/store.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import {
  clearPresence,
  MINUTE_MS,
  readOne,
  START_MS,
  setPresence,
  setStatusMessage,
  tell,
  user,
  wholeFeed,
} from './commands.ts';

const { feed: FEED, state: STATE } = partitionKeys(0);

let server: RedisServer;
let store: PresenceStore;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.flush();
  store = await openRedisStore({ url: server.url, partitions: 1 });
});
afterEach(() => store.close());

/** What another writer would put under a user's key: a record, by a version of its own. */
function foreignValue(record: UserRecord, version: string): Buffer {
  const bytes = encodeRecord(new ByteWriter(), { record, armedMs: record.untilMs });
  return Buffer.concat([Buffer.from(version.padEnd(8, '.')), bytes]);
}

describe('a write to Redis', () => {
  it('goes on when Redis has forgotten the scripts', async () => {
    await tell(store, user(1), START_MS, setPresence(BUSY));
    await server.raw.script('FLUSH');
    await tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB));
    await server.raw.script('FLUSH');
    await store.documents.write([{ collection: 'things', id: '1', text: 'one' }]);
    expect(await wholeFeed(store)).toHaveLength(2);
    expect([...(await store.documents.all('things'))]).toEqual([['1', 'one']]);
  });

  it('is made again from the newer record when another writer was faster', async () => {
    const first = await tell(store, user(1), START_MS, setPresence(BUSY));
    const other = advance(first.record, START_MS + 1, setStatusMessage('from elsewhere')).record;
    await server.raw.set(recordKey(0, user(1)), foreignValue(other, 'other'));

    const seen: UserRecord[] = [];
    const advanced = await store.update(user(1), START_MS + 2, (record) => {
      seen.push(record);
      return advance(record, START_MS + 2, setPresence(DO_NOT_DISTURB));
    });
    expect(seen).toEqual([first.record, other]);
    expect(advanced.record.facts.statusMessage?.content).toBe('from elsewhere');
    expect(await readOne(store, user(1))).toEqual(advanced.record);
    expect(await wholeFeed(store)).toHaveLength(2);
  });

  it('that would keep nothing is made again from the newer record too', async () => {
    const { record } = await tell(store, user(1), START_MS, setPresence(BUSY));
    await tell(store, user(1), START_MS + 1, clearPresence);
    await server.raw.set(recordKey(0, user(1)), foreignValue(record, 'other'));
    // By what this store remembers there is no session to end; by now there is one again.
    expect((await tell(store, user(1), START_MS + 2, clearPresence)).refusal).toBeUndefined();
  });

  it('holds up nobody else when another writer was faster', async () => {
    const first = await tell(store, user(1), START_MS, setPresence(BUSY));
    await tell(store, user(2), START_MS, setPresence(BUSY));
    await server.raw.set(recordKey(0, user(1)), foreignValue(first.record, 'other'));
    await Promise.all([
      tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB)),
      tell(store, user(2), START_MS + 1, setPresence(DO_NOT_DISTURB)),
      tell(store, user(1), START_MS + 2, setStatusMessage('later')),
    ]);
    expect(await wholeFeed(store)).toHaveLength(5);
    for (const who of [user(1), user(2)]) {
      expect((await readOne(store, who))?.presence.availability).toBe('DoNotDisturb');
    }
  });

  it('is given up when another writer is faster each time', async () => {
    const { record } = await tell(store, user(1), START_MS, setPresence(BUSY));
    let calls = 0;
    const update = store.update(user(1), START_MS + 1, (found) => {
      const value = foreignValue(record, `v${++calls}`);
      const key = recordKey(0, user(1)).toString('hex').replaceAll(/../g, '\\x$&');
      const quoted = value.toString('hex').replaceAll(/../g, '\\x$&');
      const set = spawnSync('redis-cli', ['-p', String(server.port)], {
        input: `SET "${key}" "${quoted}"\n`,
      });
      expect(set.stdout.toString()).toContain('OK');
      return advance(found, START_MS + 1, setPresence(DO_NOT_DISTURB));
    });
    await expect(update).rejects.toThrow(StoreUnavailable);
    expect(calls).toBeGreaterThan(3);
    expect(calls).toBeLessThan(100);
    expect((await readOne(store, user(1)))?.presence.availability).toBe('Busy');
    expect(await wholeFeed(store)).toHaveLength(1);
    expect(store.health()).toEqual({ writable: true });
  });

  it('fails alone when its record is damaged, and says whose it is', async () => {
    await tell(store, user(1), START_MS, setPresence(BUSY));
    const value = foreignValue(NEW_RECORD, 'other');
    value[12] = (value[12] ?? 0) ^ 1;
    await server.raw.set(recordKey(0, user(2)), value);
    const [whole, damaged] = await Promise.allSettled([
      tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB)),
      tell(store, user(2), START_MS + 1, setPresence(DO_NOT_DISTURB)),
    ]);
    expect(whole.status).toBe('fulfilled');
    expect(damaged).toMatchObject({ reason: { code: 'StoreDamaged' } });
    await expect(readOne(store, user(2))).rejects.toThrow(StoreUnusable);
    await expect(readOne(store, user(2))).rejects.toThrow(user(2).userId);
    expect((await readOne(store, user(1)))?.presence.availability).toBe('DoNotDisturb');
  });

  it('gives no place in the feed again to another entry, though Redis lost the last ones', async () => {
    await tell(store, user(1), START_MS, setPresence(BUSY));
    const { cursor } = await store.feed(0, FEED_START, 10);
    await server.raw.del(FEED, STATE);
    await tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB));
    const page = await store.feed(0, cursor, 10);
    expect(page.entries).toHaveLength(1);
    expect(page.cursor > cursor).toBe(true);
  });

  it('is refused while Redis has no memory left, and keeps nothing of it', async () => {
    await tell(store, user(1), START_MS, setPresence(BUSY));
    await server.raw.config('SET', 'maxmemory', '1');
    try {
      const update = tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB));
      await expect(update).rejects.toMatchObject({ code: 'StoreUnavailable', mayBeKept: false });
      expect(store.health()).toEqual({ writable: false, reason: expect.stringContaining('OOM') });
      expect((await readOne(store, user(1)))?.presence.availability).toBe('Busy');
    } finally {
      await server.raw.config('SET', 'maxmemory', '0');
    }
    await expect.poll(() => store.health().writable, { timeout: 5000 }).toBe(true);
    await tell(store, user(1), START_MS + 2, setPresence(DO_NOT_DISTURB));
    expect(await wholeFeed(store)).toHaveLength(2);
  });
});

describe('a record with nothing left to say', () => {
  const keepIdleMs = 1000;
  const ended = START_MS + 5 * MINUTE_MS;
  const end = async (at: number, startMs = START_MS) => {
    await tell(store, user(at), startMs, setPresence(BUSY, 5 * MINUTE_MS));
    return tell(store, user(at), startMs + 5 * MINUTE_MS);
  };
  const remainingMs = (at: number) => server.raw.pttl(recordKey(0, user(at)));

  beforeEach(async () => {
    await store.close();
    store = await openRedisStore({ url: server.url, partitions: 1, keepIdleMs });
  });

  it('expires by itself, and its user leaves the list', async () => {
    await end(1);
    await tell(store, user(2), START_MS, setPresence(BUSY));
    expect(await remainingMs(1)).toBeLessThanOrEqual(keepIdleMs);
    expect(await store.users(user(1).tenantId, '', 10)).toEqual([user(1).userId, user(2).userId]);
    await expect.poll(() => readOne(store, user(1)), { timeout: 5000 }).toBeUndefined();
    expect(await store.users(user(1).tenantId, '', 10)).toEqual([user(2).userId]);
    expect(await store.tenants()).toEqual([user(1).tenantId]);
    // The next write clears up behind it.
    await tell(store, user(2), START_MS + 1, setPresence(DO_NOT_DISTURB));
    expect(await server.raw.zcard('porchlight:{0}:users')).toBe(1);
    expect(await server.raw.zcard('porchlight:{0}:idle')).toBe(0);
  });

  it('leaves no tenant behind of which it was the last', async () => {
    await end(1);
    await tell(store, user(2, 2), START_MS, setPresence(BUSY));
    expect(await store.tenants()).toEqual([user(1).tenantId, user(2, 2).tenantId]);
    await expect.poll(() => readOne(store, user(1)), { timeout: 5000 }).toBeUndefined();
    expect(await store.tenants()).toEqual([user(2, 2).tenantId]);
  });

  it('stays when something is said again', async () => {
    await end(1);
    await tell(store, user(1), ended + 1, setStatusMessage('back'));
    expect(await remainingMs(1)).toBe(-1);
    expect(await server.raw.zcard('porchlight:{0}:idle')).toBe(0);
  });

  it('stays until the clock is past its last number, so that the number is not given again', async () => {
    const { record } = await end(1, Date.now());
    expect(record.number).toBeGreaterThan(Date.now() + 4 * MINUTE_MS);
    expect(await remainingMs(1)).toBeGreaterThan(4 * MINUTE_MS);
  });

  it('is asked for again when it is written after it expired', async () => {
    await end(1);
    await expect.poll(() => readOne(store, user(1)), { timeout: 5000 }).toBeUndefined();
    const { record, changes } = await tell(store, user(1), ended + 1, setPresence(BUSY));
    expect(changes).toHaveLength(1);
    expect(record).toEqual(advance(NEW_RECORD, ended + 1, setPresence(BUSY)).record);
    expect(await store.users(user(1).tenantId, '', 10)).toEqual([user(1).userId]);
  });
});
