import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { DocumentsChanged } from '../../src/store/errors.ts';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { FEED_START, type PresenceStore, type UserKey } from '../../src/store/store.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import {
  clearPresence,
  guid,
  readOne,
  START_MS,
  setPresence,
  setStatusMessage,
  tell,
  user,
} from './commands.ts';
import { edit } from './document-contract.ts';

const PARTITIONS = 4;

let server: RedisServer;
let one: PresenceStore;
let other: PresenceStore;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.flush();
  one = await openRedisStore({ url: server.url, partitions: PARTITIONS });
  other = await openRedisStore({ url: server.url });
});
afterEach(async () => {
  await Promise.all([one.close(), other.close()]);
});

async function feedOf(store: PresenceStore) {
  const pages = Array.from({ length: PARTITIONS }, (_, at) => store.feed(at, FEED_START, 10_000));
  return (await Promise.all(pages)).flatMap(({ entries }) => entries);
}

/** Resolves when the hint comes. */
function hint(listen: (listener: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    const off = listen(() => {
      off();
      resolve();
    });
  });
}

/** A user of another partition. */
function elsewhereThan(who: UserKey): UserKey {
  let at = 2;
  while (one.partitionOf(user(at)) === one.partitionOf(who)) at++;
  return user(at);
}

describe('two servers on one Redis', () => {
  it('have the same partitions, and read what the other wrote', async () => {
    expect(other.partitions).toBe(PARTITIONS);
    for (let at = 0; at < 20; at++) {
      const [writer, reader] = at % 2 === 0 ? [one, other] : [other, one];
      const { record } = await tell(writer, user(at), START_MS, setPresence(BUSY));
      expect(await readOne(reader, user(at))).toEqual(record);
    }
    expect(await other.users(user(0).tenantId, '', 100)).toEqual(
      Array.from({ length: 20 }, (_, at) => guid(at)),
    );
    expect(await feedOf(one)).toEqual(await feedOf(other));
  });

  it('lose no update of one user when both change it at once, and give no number twice', async () => {
    const rounds = 40;
    const told = [one, other].map(async (store, at) => {
      const contents: string[] = [];
      for (let round = 0; round < rounds; round++) {
        const updates = [0, 1].map((each) => {
          const content = `${at} ${round} ${each}`;
          contents.push(content);
          return tell(store, user(each), START_MS + round, setStatusMessage(content));
        });
        await Promise.all(updates);
      }
      return contents;
    });
    const expected = (await Promise.all(told)).flat();
    const feed = await feedOf(one);
    const found = feed.map(({ change }) => change.after.statusMessage?.content ?? '');
    expect(found.toSorted()).toEqual(expected.toSorted());
    for (const each of [0, 1]) {
      const own = feed.filter(({ userId }) => userId === user(each).userId);
      for (const [at, { change }] of own.entries()) {
        const before = own[at - 1]?.change;
        expect(change.number).toBeGreaterThan(before?.number ?? 0);
        expect(change.before.statusMessage).toEqual(before?.after.statusMessage ?? null);
      }
    }
  });

  it('refuse nothing on an old record', async () => {
    await tell(one, user(1), START_MS, setPresence(BUSY));
    await tell(one, user(1), START_MS + 1, clearPresence);
    await tell(other, user(1), START_MS + 2, setPresence(BUSY));
    // By what the first remembers there is no session to end.
    expect((await tell(one, user(1), START_MS + 3, clearPresence)).refusal).toBeUndefined();
    // Nor by what it remembers of a user who was not there.
    expect(await readOne(one, user(2))).toBeUndefined();
    await tell(other, user(2), START_MS, setPresence(BUSY));
    expect((await tell(one, user(2), START_MS + 1, clearPresence)).refusal).toBeUndefined();
  });

  it('hear of each other’s changes and documents, by partition, and of their own once', async () => {
    const heard: number[] = [];
    one.onChanges((partition) => heard.push(partition));
    const far = hint((listener) => other.onChanges(listener));
    const [first, second] = [user(1), elsewhereThan(user(1))].map((who) => one.partitionOf(who));
    await tell(one, user(1), START_MS, setPresence(BUSY));
    await far;
    await tell(other, elsewhereThan(user(1)), START_MS, setPresence(BUSY));
    await expect.poll(() => heard).toContain(second);
    // One's own message would have come before that.
    expect(heard).toEqual([first, second]);

    const written = hint((listener) => other.documentsOf(3).onWritten(listener));
    let calls = 0;
    other.documentsOf(2).onWritten(() => calls++);
    await one.documentsOf(3).write([edit('a', '1')]);
    await written;
    expect(calls).toBe(0);
  });

  it('tell each other’s changes of documents', async () => {
    await one.documents.write([edit('a', '1'), edit('b', '1')]);
    const { revision } = await other.documents.since('things');
    await one.documents.write([edit('a', '2'), edit('b', undefined)]);
    const next = await other.documents.since('things', revision);
    expect(next.isWhole).toBe(false);
    expect([...next.documents]).toEqual([
      ['a', '2'],
      ['b', undefined],
    ]);
    await other.documents.write([edit('c', '1')]);
    expect([...(await one.documents.since('things', next.revision)).documents]).toEqual([
      ['c', '1'],
    ]);
  });

  it('make an edit that rests on what was there once, whoever comes first', async () => {
    await one.documents.write([edit('count', '0')]);
    const count = async (store: PresenceStore) => {
      for (let made = 0; made < 20; ) {
        const was = (await store.documents.all('things')).get('count') ?? '';
        const next = { ...edit('count', `${Number(was) + 1}`), was };
        await store.documents.write([next]).then(
          () => made++,
          (error) => expect(error).toBeInstanceOf(DocumentsChanged),
        );
      }
    };
    await Promise.all([count(one), count(other)]);
    expect((await one.documents.all('things')).get('count')).toBe('40');
  });

  it('forget changes of documents after an hour, and tell all to who comes later', async () => {
    await one.documents.write([edit('a', '1')]);
    const early = await one.documents.since('things');
    await one.documents.write([edit('b', '1')]);
    const later = await one.documents.since('things');
    // As if an hour had gone by since.
    const hour = 3_600_000_000;
    for (const id of ['a', 'b']) {
      await server.raw.zincrby('porchlight:{0}:changed:things', -hour, id);
    }
    const moved = ({ revision }: { revision: string }) => {
      const [counter, ...rest] = revision.split(' ');
      return [Number(counter) - hour, ...rest].join(' ');
    };
    await one.documents.write([edit('c', '1')]);
    expect(await server.raw.zcard('porchlight:{0}:changed:things')).toBe(1);
    expect(await one.documents.since('things', moved(early))).toMatchObject({ isWhole: true });
    const known = await one.documents.since('things', moved(later));
    expect(known).toMatchObject({ isWhole: false });
    expect([...known.documents.keys()]).toEqual(['c']);
  });
});

describe('the clock of a server on Redis', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is that of Redis, however wrong its own is', async () => {
    expect(Math.abs(one.aheadMs())).toBeLessThan(1000);
    const hour = 3_600_000;
    const right = Date.now;
    vi.spyOn(Date, 'now').mockImplementation(() => right() + hour);
    await expect.poll(() => Math.abs(one.aheadMs() + hour), { timeout: 5000 }).toBeLessThan(1000);
    await tell(one, user(1), START_MS, setPresence(DO_NOT_DISTURB));
  });
});
