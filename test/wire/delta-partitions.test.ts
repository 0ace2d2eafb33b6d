import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cursorAfter } from '../../src/store/cursor.ts';
import { createMemory, openMemoryStore } from '../../src/store/memory.ts';
import { placeText, readPlace } from '../../src/store/place.ts';
import { FEED_START } from '../../src/store/store.ts';
import { changedSince, MOST_ENTRIES } from '../../src/stream/changed.ts';
import { deltaToken } from '../../src/stream/delta-token.ts';
import { guid, START_MS, setStatusMessage, tell } from '../store/commands.ts';
import { PARTITIONS, startPartitioned, USERS, userAt } from './partitioned.ts';
import { expectError, type Porchlight, TENANT } from './porchlight.ts';
import { say } from './watching.ts';

const DELTA = '/porchlight/presences/delta';

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPartitioned();
});
afterAll(() => porchlight.close());

interface Round {
  readonly ids: readonly string[];
  readonly texts: ReadonlyMap<string, string | undefined>;
  readonly link: string;
  readonly token: string;
  readonly hasMore: boolean;
}

async function get(path: string, server = porchlight): Promise<Round> {
  const { status, body, text } = await server.as().get(path);
  expect(status, text).toBe(200);
  const { value, ...links } = body as {
    value: { id: string; statusMessage: { message: { content: string } } | null }[];
    '@odata.nextLink'?: string;
    '@odata.deltaLink'?: string;
  };
  const link = (links['@odata.nextLink'] ?? links['@odata.deltaLink'] ?? '').slice(
    server.origin.length,
  );
  return {
    ids: value.map(({ id }) => id),
    texts: new Map(value.map((each) => [each.id, each.statusMessage?.message.content])),
    link,
    token: new URLSearchParams(link.slice(link.indexOf('?'))).get('token') ?? '',
    hasMore: links['@odata.nextLink'] !== undefined,
  };
}

const begin = (users: readonly string[], server = porchlight) =>
  get(`${DELTA}?ids=${users.join(',')}`, server);

/** The cursors in a token, of as many partitions as were asked about. */
const cursorsIn = (token: string, partitions: number) =>
  readPlace(token.split('.')[1] ?? '', partitions);

describe('delta over several partitions', () => {
  test('gives those who have changed since, each once and as they are now', async () => {
    const server = await startPartitioned();
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat({ max: USERS.length - 1 }), { minLength: 1 }),
        fc.array(fc.array(fc.nat({ max: USERS.length - 1 }), { maxLength: 20 }), { maxLength: 5 }),
        async (asked, rounds) => {
          const users = asked.map(userAt);
          let { link } = await begin(users, server);
          const latest = new Map<string, string>();
          for (const changes of rounds) {
            for (const each of changes) {
              const text = `${Math.random()}`;
              await say(server, userAt(each), text);
              latest.set(userAt(each), text);
            }
            const round = await get(link, server);
            const expected = new Set(changes.map(userAt).filter((each) => users.includes(each)));
            expect(new Set(round.ids)).toEqual(expected);
            expect(round.ids).toHaveLength(expected.size);
            for (const [id, text] of round.texts) expect(text).toBe(latest.get(id));
            expect(round.hasMore).toBe(false);
            link = round.link;
          }
        },
      ),
      { numRuns: 15 },
    );
    await server.close();
  });

  test('leaves nobody out who changes while it asks', async () => {
    let isWriting = true;
    const last = new Map<string, string>();
    let { link } = await begin(USERS);
    const writing = (async () => {
      for (let count = 0; count < 600; count++) {
        last.set(userAt(count * 7), `text ${count}`);
        await say(porchlight, userAt(count * 7), `text ${count}`);
        if (count % 7 === 0) await new Promise(setImmediate);
      }
      isWriting = false;
    })();
    const shown = new Map<string, string | undefined>();
    const read = async () => {
      const round = await get(link);
      link = round.link;
      for (const [id, text] of round.texts) shown.set(id, text);
    };
    while (isWriting) await read();
    await writing;
    await read();
    expect(shown).toEqual(last);
    expect((await get(link)).ids).toEqual([]);
  });

  test('lists everyone of a tenant page by page, and then their changes', async () => {
    const extended = await startPartitioned(undefined, { profile: 'extended' });
    const ids = Array.from({ length: 1500 }, (_, at) => guid(at + 1));
    for (const id of ids) await say(extended, id, 'here');
    const first = await get(DELTA, extended);
    expect(first.hasMore).toBe(true);
    await say(extended, userAt(5), 'changed while the others are listed');
    const second = await get(first.link, extended);
    expect([...first.ids, ...second.ids]).toEqual(ids);
    expect(second.hasMore).toBe(false);
    expect((await get(second.link, extended)).ids).toEqual([userAt(5)]);
    await extended.close();
  });
});

describe('tokens of several partitions', () => {
  test('have the places of the partitions that hold who was asked for, and no others', async () => {
    const asked = [userAt(3), userAt(6), userAt(3 + PARTITIONS)];
    const { token } = await begin(asked);
    const expected = await Promise.all(
      [3, 6].map(async (partition) => (await porchlight.store.feedBounds(partition)).end),
    );
    expect(cursorsIn(token, 2)).toEqual(expected);
    // In whatever order they stand.
    const again = `${DELTA}?ids=${asked.toReversed().join(',')}&token=${token}`;
    expect((await get(again)).ids).toEqual([]);
  });

  test('fit into an address beside 650 ids, of a thousand partitions', async () => {
    const partitions = 1000;
    const ids = Array.from({ length: 650 }, (_, at) => guid(at + 1));
    const server = await startPartitioned(createMemory({ partitions }));
    const { token, link } = await begin(ids, server);
    await say(server, guid(650), 'the last one');
    expect((await get(link, server)).ids).toEqual([guid(650)]);
    const of = new Set(ids.map((userId) => server.store.partitionOf({ tenantId: TENANT, userId })));
    // As Redis counts, in microseconds, with partitions that were last in use days ago.
    const place = Array.from(of, (partition) =>
      cursorAfter(1_767_225_600_000_000 - partition * 600_000_000),
    );
    const [digest = ''] = token.split('.');
    const long = deltaToken({ place }, digest, true);
    expect(long.length).toBeGreaterThan(3000);
    const longest = `${link.replace(token, '')}${long}`;
    expect(longest.length).toBeLessThan(28 * 1024);
    const answer = await server.as().get(longest);
    expectError(answer, 410, 'SyncStateNotFound');
    await server.close();
  });

  test('are 410 where one of the partitions keeps no longer what has changed since', async () => {
    const server = await startPartitioned();
    for (const userId of USERS) await say(server, userId, 'one');
    const [here, elsewhere] = [
      await begin([userAt(2), userAt(3)], server),
      await begin([userAt(2), userAt(4)], server),
    ];
    for (const userId of USERS) await say(server, userId, 'two');
    server.clock.advance(1000);
    expect(await server.store.trimFeed(3, server.clock.nowMs(), 3)).toBe(3);
    expectError(await server.as().get(here.link), 410, 'SyncStateNotFound');
    expect((await get(elsewhere.link, server)).ids).toEqual([userAt(2), userAt(4)]);
    await server.close();
  });

  test('are 410 from another store, and 400 where they never were one', async () => {
    const asked = [userAt(2), userAt(3)];
    const { token } = await begin(asked);
    const [digest = '', text = ''] = token.split('.');
    const answer = (given: string) =>
      porchlight.as().get(`${DELTA}?ids=${asked.join(',')}&token=${given}`);
    const later = [cursorAfter(777), cursorAfter(777)];
    for (const place of [placeText([FEED_START]), placeText(later), placeText([...later, ''])]) {
      expectError(await answer(`${digest}.${place}`), 410, 'SyncStateNotFound');
    }
    const single = Buffer.from(`${digest} 0000000000000007`).toString('base64url');
    expectError(await answer(single), 410, 'SyncStateNotFound');
    const wrong = [digest, `${digest}.x`, `${digest}.${text}A`, `${digest}.${text}.x`];
    for (const given of [...wrong, `${digest}.${text}.${guid(1)}.`, `.${text}`, '.', '..']) {
      expectError(await answer(given), 400, 'InvalidArgument');
    }
  });
});

describe('reading changes', () => {
  test('reads 20,000 entries at most, of all partitions together, and gets to the end of each', async () => {
    const store = openMemoryStore({ partitions: PARTITIONS });
    const said = new Map<string, number>();
    // Partition 1 has more than can be read at once; the others have a few.
    const write = async (userId: string, count: number) => {
      for (let at = 0; at < count; at++) {
        await tell(store, { tenantId: TENANT, userId }, START_MS, setStatusMessage(`${at}`));
      }
      said.set(userId, count);
    };
    await write(userAt(1), MOST_ENTRIES + 3000);
    for (const at of [0, 2, 5]) await write(userAt(at), 10);
    const partitions = Array.from({ length: PARTITIONS }, (_, at) => at);
    let cursors: readonly string[] = partitions.map(() => FEED_START);
    const seen: string[] = [];
    const reads: number[] = [];
    for (let isEnd = false; !isEnd; ) {
      let read = 0;
      const changed = await changedSince(partitions, cursors, () => ++read > 0, store);
      if (changed === undefined) throw new Error('everything is kept');
      ({ cursors, isEnd } = changed);
      seen.push(...changed.userIds);
      reads.push(read);
    }
    expect(reads).toEqual([MOST_ENTRIES, 3030]);
    // Nobody waits for the busy one.
    expect(seen.slice(0, 4).toSorted()).toEqual([0, 1, 2, 5].map(userAt).toSorted());
    expect(cursors).toEqual(
      await Promise.all(partitions.map(async (each) => (await store.feedBounds(each)).end)),
    );
    await store.close();
  });
});
