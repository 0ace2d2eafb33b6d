import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEW_RECORD } from '../../src/engine/advance.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { endOfFeeds, isKept } from '../../src/store/place.ts';
import { recordKey } from '../../src/store/redis/keys.ts';
import { openRedisStore } from '../../src/store/redis/open.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { START_MS, setStatusMessage, tell, user } from '../store/commands.ts';
import { copy, dueOf, fill, finish, storeWith, usersOf } from './copying.ts';

let server: RedisServer;
const stores: PresenceStore[] = [];

beforeEach(async () => {
  server = await startRedis({ settings: { appendonly: 'yes' } });
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await server.stop();
});

/** A store in a database of the Redis. */
async function open(database = 0): Promise<PresenceStore> {
  const store = await openRedisStore({ url: `${server.url}/${database}` });
  stores.push(store);
  return store;
}

describe('a copy into Redis', () => {
  it('has everything, also where Redis was started again since the store was made', async () => {
    await (await open()).close();
    await server.kill();
    await server.start();
    const from = await storeWith(300);
    const to = await open();
    await copy(from, to);
    const anew = await open();
    await to.close();
    expect(await finish(from, anew)).toBe(300);
    expect(await usersOf(anew)).toEqual(await usersOf(from));
    expect(await dueOf(anew)).toEqual(await dueOf(from));
  });

  it('has records that have had nothing to say for longer than Redis keeps these', async () => {
    const from = openMemoryStore();
    const number = Date.now() - 400 * 24 * 3_600_000;
    await from.update(user(1), number, () => ({ record: { ...NEW_RECORD, number }, changes: [] }));
    const to = await open();
    await copy(from, to);
    expect(await finish(from, to)).toBe(1);
    const [record] = await to.read(user(1).tenantId, [user(1).userId]);
    expect(record?.number).toBe(number);
  });

  it('finds what was damaged on the way, though it was written as it should be', async () => {
    const from = await storeWith(5);
    const to = await open();
    await copy(from, to);
    const key = recordKey(to.partitionOf(user(3, 1)), user(3, 1));
    const bytes = await server.raw.getBuffer(key);
    if (bytes === null) throw new Error('no record');
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await server.raw.set(key, bytes);
    await to.close();
    await expect(finish(from, await open())).rejects.toMatchObject({ code: 'StoreDamaged' });
  });

  it('knows none of the places that another Redis gave out', async () => {
    const from = await open(1);
    await fill(from, 60);
    const ends = await endOfFeeds(from);
    const to = await open();
    await copy(from, to);
    await fill(to, 60);
    for (const [partition, cursor] of ends.entries()) {
      expect(cursor).not.toBe('');
      expect(isKept(cursor, await to.feedBounds(partition))).toBe(false);
    }
  });
});

describe('a copy out of Redis', () => {
  it('has everything of all partitions', async () => {
    const from = await open();
    await fill(from, 300);
    const to = openMemoryStore();
    await copy(from, to);
    expect(await finish(from, to)).toBe(300);
    expect(await usersOf(to)).toEqual(await usersOf(from));
  });

  it('waits for who was killed, and is refused while somebody lives', async () => {
    const from = await open();
    await fill(from, 3);
    const server = await open();
    const asLives = async () => void (await server.leases.attend());
    await server.leases.attend();
    await expect(copy(from, openMemoryStore(), { pause: asLives })).rejects.toThrow(
      `the store to copy from is in use by ${server.leases.self}; stop that first`,
    );
    await server.leases.attend();
    const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const to = openMemoryStore();
    await copy(from, to, { pause });
    expect(await finish(from, to)).toBe(3);
    expect((await tell(to, user(0, 0), START_MS, setStatusMessage('on'))).changes).toHaveLength(1);
  });
});
