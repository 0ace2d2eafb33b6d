import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { cursorAfter } from '../../src/store/cursor.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { createMemory } from '../../src/store/memory.ts';
import { endOfFeeds, placeText, readPlace } from '../../src/store/place.ts';
import { FEED_START, type PresenceStore } from '../../src/store/store.ts';
import type { EventStream } from './events.ts';
import {
  committedSince,
  committedTexts,
  FollowingClient,
  PARTITIONS,
  startPartitioned,
  USERS,
  userAt,
} from './partitioned.ts';
import { expectError, type Porchlight, START } from './porchlight.ts';
import { presenceIn, presencesIn, reasonIn, STREAM, say, watch } from './watching.ts';

const EVERYONE = `?ids=${USERS.join(',')}`;

const open: Porchlight[] = [];
afterEach(async () => {
  for (const porchlight of open.splice(0)) await porchlight.close();
});

async function start(...given: Parameters<typeof startPartitioned>): Promise<Porchlight> {
  const porchlight = await startPartitioned(...given);
  open.push(porchlight);
  return porchlight;
}

const told = (event: Parameters<typeof presenceIn>[0]) =>
  presenceIn(event).statusMessage?.message.content;

/** Whether a client that was told this, too, has the last of everybody. */
function isUpToDate(client: FollowingClient, committed: ReadonlyMap<string, readonly string[]>) {
  return [...committed].every(([userId, texts]) => client.latest(userId) === texts.at(-1));
}

/** Comes back as the client, and waits until it was told the last of everybody. */
async function comeBack(client: FollowingClient, porchlight: Porchlight): Promise<void> {
  const committed = await committedTexts(porchlight);
  const stream = await watch(porchlight, EVERYONE, { lastEventId: client.lastEventId });
  await stream.until(({ text }) => isUpToDate(client.copy().told(text), committed));
  client.take(stream.text);
  stream.hangUp();
}

/** All of each user since the client's snapshot, each once and in order. */
async function expectWhole(client: FollowingClient, porchlight: Porchlight): Promise<void> {
  const committed = await committedTexts(porchlight);
  for (const userId of USERS) {
    const texts = client.texts.get(userId) ?? [];
    expect(texts, userId).toEqual(committedSince(texts[0], committed.get(userId) ?? []));
  }
}

describe('a stream over several partitions', () => {
  test('tells the changes of all in one stream, and its place after them', async () => {
    const porchlight = await start();
    const stream = await watch(porchlight, EVERYONE);
    const snapshot = await stream.next();
    expect(presencesIn(snapshot).map(({ id }) => id)).toEqual(USERS);
    expect(readPlace(snapshot.id, PARTITIONS)).toEqual(new Array(PARTITIONS).fill(FEED_START));
    for (const userId of USERS) {
      const before = stream.lastEventId;
      await say(porchlight, userId, `I am ${userId}`);
      expect(told(await stream.next())).toBe(`I am ${userId}`);
      await stream.until(({ lastEventId }) => lastEventId !== before);
      const place = placeText(await endOfFeeds(porchlight.store));
      expect(stream.lastEventId).toBe(place);
      expect(stream.text.endsWith(`}\n\nid: ${place}\n\n`)).toBe(true);
    }
    stream.hangUp();
  });

  test('is told a page with one write, and one place for all of it', async () => {
    const porchlight = await start();
    const stream = await watch(porchlight, EVERYONE);
    await stream.next();
    await Promise.all(['one', 'two', 'three'].map((text) => say(porchlight, userAt(3), text)));
    const before = stream.text.length;
    await stream.until(({ text }) => text.includes('three') && text.endsWith('\n\n'));
    const place = placeText(await endOfFeeds(porchlight.store));
    await stream.until(({ lastEventId }) => lastEventId === place);
    expect(stream.text.slice(before).match(/^event: presence$/gm)?.length ?? 3).toBe(3);
    expect(stream.text.match(/^id: /gm)).toHaveLength(2);
    stream.hangUp();
  });

  test.each(['while it follows', 'while it reads what it missed'])(
    'goes on after any cut %s, and misses nothing',
    async (when) => {
      const porchlight = await start();
      const isAway = when === 'while it reads what it missed';
      const client = new FollowingClient();
      const first = await watch(porchlight, EVERYONE);
      await first.next();
      if (isAway) {
        client.take(first.text);
        first.hangUp();
      }
      for (let at = 0; at < 20; at += 4) {
        const some = [0, 1, 2, 3].map((by) => say(porchlight, userAt(at * 3 + by), `${at + by}`));
        await Promise.all(some);
      }
      const committed = await committedTexts(porchlight);
      const { lastEventId } = client;
      const stream = isAway ? await watch(porchlight, EVERYONE, { lastEventId }) : first;
      await stream.until(({ text }) => isUpToDate(client.copy().told(text), committed));
      stream.hangUp();
      const places = new Set<string>();
      // Within a block nothing changes for the client.
      for (const { index = 0 } of stream.text.matchAll(/\n\n/g)) {
        const cut = client.copy().told(stream.text.slice(0, index + 2));
        places.add(cut.lastEventId);
        await comeBack(cut, porchlight);
        await expectWhole(cut, porchlight);
      }
      expect(places.size).toBeGreaterThan(5);
    },
  );

  test('leaves a client that is cut off anywhere, again and again, with the whole of everybody', async () => {
    const anyChanges = fc.array(fc.nat({ max: USERS.length - 1 }), { maxLength: 12 });
    const anyRound = fc.record({
      with: anyChanges,
      without: anyChanges,
      atOnce: fc.integer({ min: 1, max: 5 }),
      cut: fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000),
      isSilent: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyRound, { minLength: 1, maxLength: 5 }), async (rounds) => {
        const porchlight = await startPartitioned();
        const client = new FollowingClient();
        let count = 0;
        const change = async (users: readonly number[], atOnce: number) => {
          for (let at = 0; at < users.length; at += atOnce) {
            const some = users.slice(at, at + atOnce);
            await Promise.all(some.map((each) => say(porchlight, userAt(each), `${++count}`)));
          }
        };
        for (const round of rounds) {
          const stream = await watch(porchlight, EVERYONE, { lastEventId: client.lastEventId });
          await change(round.with, round.atOnce);
          const committed = await committedTexts(porchlight);
          await stream.until(({ text }) => isUpToDate(client.copy().told(text), committed));
          if (round.isSilent) {
            porchlight.clock.advance(15_000);
            await stream.until(({ comments }) => comments.length > 0);
          }
          client.take(stream.text.slice(0, Math.floor(round.cut * stream.text.length)));
          stream.hangUp();
          await change(round.without, round.atOnce);
        }
        await comeBack(client, porchlight);
        await expectWhole(client, porchlight);
        await porchlight.close();
      }),
      { numRuns: 12 },
    );
  });

  test('joins snapshot and changes without a gap, and tells nothing twice', async () => {
    const porchlight = await start();
    let isWriting = true;
    const writing = (async () => {
      for (let count = 0; isWriting; count++) {
        await say(porchlight, userAt(count * 5), `${count}`);
        if (count % 5 === 0) await new Promise(setImmediate);
      }
    })();
    const streams: EventStream[] = [];
    for (let count = 0; count < 20; count++) streams.push(await watch(porchlight, EVERYONE));
    isWriting = false;
    await writing;
    const committed = await committedTexts(porchlight);
    for (const stream of streams) {
      await stream.until(({ text }) => isUpToDate(new FollowingClient().told(text), committed));
      const client = new FollowingClient().told(stream.text);
      await expectWhole(client, porchlight);
      const events = stream.events.filter(({ event }) => event === 'presence');
      const kept = [...client.texts.values()].reduce((sum, { length }) => sum + length - 1, 0);
      expect(events).toHaveLength(kept);
      stream.hangUp();
    }
  });

  test('of everyone of a tenant has the users of all partitions', async () => {
    const porchlight = await start(undefined, { profile: 'extended' });
    await say(porchlight, userAt(2), 'here already');
    const stream = await watch(porchlight, '');
    expect(presencesIn(await stream.next()).map(({ id }) => id)).toEqual([userAt(2)]);
    for (const userId of USERS) {
      await say(porchlight, userId, userId);
      expect(told(await stream.next())).toBe(userId);
    }
    const end = placeText(await endOfFeeds(porchlight.store));
    await stream.until(({ lastEventId }) => lastEventId === end);
    stream.hangUp();
    await say(porchlight, userAt(5), 'meanwhile');
    const again = await watch(porchlight, '', { lastEventId: end });
    expect(told(await again.next())).toBe('meanwhile');
    expect(again.text).not.toContain('snapshot');
    again.hangUp();
  });

  test('says where to go on every 15 seconds, also when nothing concerned it', async () => {
    const porchlight = await start();
    const [one, other] = [
      await watch(porchlight, `?ids=${userAt(1)}`),
      await watch(porchlight, `?ids=${userAt(2)}`),
    ];
    await one.next();
    await say(porchlight, userAt(2), 'of no interest to the first');
    await other.next();
    await other.next();
    porchlight.clock.advance(15_000);
    const end = placeText(await endOfFeeds(porchlight.store));
    await one.until(({ comments, lastEventId }) => comments.length > 0 && lastEventId === end);
    for (const stream of [one, other]) stream.hangUp();
  });
});

describe('a place in several feeds', () => {
  const placeAt = (place: readonly string[], partition: number, cursor: string) =>
    placeText(place.with(partition, cursor));

  async function busy() {
    const porchlight = await start();
    for (const userId of USERS) await say(porchlight, userId, 'one');
    const place = await endOfFeeds(porchlight.store);
    porchlight.clock.advance(1000);
    for (const userId of USERS) await say(porchlight, userId, 'two');
    return { porchlight, place };
  }

  test('begins anew where one of the feeds that count has never come so far', async () => {
    const { porchlight, place } = await busy();
    const lastEventId = placeAt(place, 3, cursorAfter(777));
    const stream = await watch(porchlight, `?ids=${userAt(2)},${userAt(3)}`, { lastEventId });
    expect(presencesIn(await stream.next())).toHaveLength(2);
    stream.hangUp();
    const elsewhere = await watch(porchlight, `?ids=${userAt(2)}`, { lastEventId });
    expect(told(await elsewhere.next())).toBe('two');
    elsewhere.hangUp();
  });

  test('begins anew where one of the feeds that count has forgotten what came since', async () => {
    const { porchlight, place } = await busy();
    const { store, clock } = porchlight;
    expect(await store.trimFeed(3, clock.nowMs() + 1, 3)).toBe(3);
    const lastEventId = placeText(place);
    const stream = await watch(porchlight, `?ids=${userAt(2)},${userAt(3)}`, { lastEventId });
    expect(presencesIn(await stream.next())).toHaveLength(2);
    stream.hangUp();
    const elsewhere = await watch(porchlight, `?ids=${userAt(2)}`, { lastEventId });
    expect(told(await elsewhere.next())).toBe('two');
    elsewhere.hangUp();
  });

  test('of another store begins anew, and text that never was a place is refused', async () => {
    const porchlight = await start();
    const others = [placeText(new Array(4).fill(cursorAfter(1))), '0000000000000001'];
    for (const lastEventId of others) {
      const stream = await watch(porchlight, EVERYONE, { lastEventId });
      expect(presencesIn(await stream.next())).toHaveLength(USERS.length);
      stream.hangUp();
    }
    for (const place of ['1', 'abc', 'CAkB', `${placeText(new Array(8).fill(''))}A`]) {
      const asked = `${STREAM}${EVERYONE}`;
      const answer = await porchlight.as().get(asked, { 'last-event-id': place });
      expectError(answer, 400, 'InvalidArgument');
    }
  });

  test('is good for other users, too: their changes since are told', async () => {
    const porchlight = await start();
    await say(porchlight, userAt(2), 'before');
    const stream = await watch(porchlight, `?ids=${userAt(1)}`);
    const begun = (await stream.next()).id;
    await say(porchlight, userAt(1), 'told');
    await stream.next();
    await stream.until(({ lastEventId }) => lastEventId !== begun);
    const { lastEventId } = stream;
    stream.hangUp();
    await say(porchlight, userAt(2), 'after');
    const both = await watch(porchlight, `?ids=${userAt(1)},${userAt(2)}`, { lastEventId });
    expect(told(await both.next())).toBe('after');
    expect(both.text).not.toContain('snapshot');
    both.hangUp();
  });

  test('that is a long text is told once a second at most', async () => {
    const memory = createMemory({ partitions: 1000 });
    const porchlight = await start(memory);
    const stream = await watch(porchlight, `?ids=${userAt(1)}`);
    await stream.next();
    const ids = () => stream.text.match(/^id: .{513,}$/gm)?.length;
    for (const text of ['one', 'two', 'three']) {
      await say(porchlight, userAt(1), text);
      expect(told(await stream.next())).toBe(text);
    }
    expect(ids()).toBe(2);
    porchlight.clock.advance(1000);
    await say(porchlight, userAt(1), 'four');
    await stream.next();
    await stream.until(() => ids() === 3);
    const { lastEventId } = stream;
    expect(lastEventId).toBe(placeText(await endOfFeeds(porchlight.store)));
    stream.hangUp();
    await say(porchlight, userAt(1), 'five');
    const again = await watch(porchlight, `?ids=${userAt(1)}`, { lastEventId });
    expect(told(await again.next())).toBe('five');
    again.hangUp();
  });
});

describe('what is read', () => {
  /** A server, which partitions' feeds it reads, and a way to let its store fail. */
  async function watched() {
    const reads = new Set<number>();
    /** How often the end of a partition is still told, where that isn't always. */
    const answers = new Map<number, number>();
    const memory = createMemory({ partitions: PARTITIONS });
    // The notifiers' work is another server's: they read what they have the leases of.
    const { leases } = memory.open();
    for (let partition = 0; partition < PARTITIONS; partition++) await leases.take(partition);
    const inner = memory.open();
    const store: PresenceStore = {
      ...inner,
      feed(partition, after, limit) {
        reads.add(partition);
        return inner.feed(partition, after, limit);
      },
      async feedBounds(partition) {
        const left = answers.get(partition);
        if (left === 0) throw new StoreUnavailable('away', 1000);
        if (left !== undefined) answers.set(partition, left - 1);
        return inner.feedBounds(partition);
      },
    };
    const porchlight = await start(memory, { parts: { store } });
    /** Partitions that are read when everybody changes. */
    const readByAll = async () => {
      reads.clear();
      for (const userId of USERS) await say(porchlight, userId, `${Math.random()}`);
      await new Promise(setImmediate);
      return [...reads].sort();
    };
    return { porchlight, readByAll, answers };
  }

  test('is what somebody watches, as long as somebody does', async () => {
    const { porchlight, readByAll } = await watched();
    expect(await readByAll()).toEqual([]);
    const one = await watch(porchlight, `?ids=${userAt(1)},${userAt(2)}`);
    await one.next();
    await say(porchlight, userAt(2), 'seen');
    await one.next();
    expect(await readByAll()).toEqual([1, 2]);
    const other = await watch(porchlight, `?ids=${userAt(2)},${userAt(10)},${userAt(3)}`);
    await other.next();
    await say(porchlight, userAt(3), 'seen');
    await other.next();
    expect(await readByAll()).toEqual([1, 2, 3]);
    one.hangUp();
    await expect.poll(readByAll).toEqual([2, 3]);
    other.hangUp();
    await expect.poll(readByAll).toEqual([]);
    const again = await watch(porchlight, `?ids=${userAt(1)}`);
    await again.next();
    await say(porchlight, userAt(1), 'seen again');
    expect(told(await again.next())).toBe('seen again');
    again.hangUp();
  });

  test('that can’t be read ends the stream, and a later one is well', async () => {
    const { porchlight, answers } = await watched();
    const first = await watch(porchlight, `?ids=${userAt(2)},${userAt(3)}`);
    const lastEventId = (await first.next()).id;
    first.hangUp();
    await say(porchlight, userAt(2), 'meanwhile');
    answers.set(3, 0);
    const refused = await porchlight.as().get(`${STREAM}?ids=${userAt(3)}`);
    expectError(refused, 503, 'ServiceUnavailable');
    // Asked once for what is kept, and not a second time when it is to be followed.
    answers.set(3, 1);
    const both = `?ids=${userAt(2)},${userAt(3)}`;
    const ended = await watch(porchlight, both, { lastEventId });
    expect(reasonIn(await ended.next())).toBe('fault');
    await ended.closed();
    expect(porchlight.logged.join()).toContain('away');
    answers.clear();
    const next = await watch(porchlight, both, { lastEventId });
    expect(told(await next.next())).toBe('meanwhile');
    await say(porchlight, userAt(3), 'and now');
    expect(told(await next.next())).toBe('and now');
    next.hangUp();
  });
});

test('two servers on one store tell each other’s changes', async () => {
  const memory = createMemory({ partitions: PARTITIONS });
  const clock = new ManualClock(START);
  const [here, there] = [await start(memory, { clock }), await start(memory, { clock })];
  const [stream, other] = [await watch(here, EVERYONE), await watch(there, EVERYONE)];
  for (const each of [stream, other]) await each.next();
  for (const [at, userId] of USERS.entries()) {
    await say(at % 2 === 0 ? here : there, userId, `${at}`);
    for (const each of [stream, other]) expect(told(await each.next())).toBe(`${at}`);
  }
  const end = placeText(await endOfFeeds(here.store));
  await stream.until(({ lastEventId }) => lastEventId === end);
  stream.hangUp();
  await say(here, userAt(4), 'while away');
  // What one server has given, the other one takes.
  const moved = await watch(there, EVERYONE, { lastEventId: stream.lastEventId });
  await moved.until(({ text }) => text.includes('while away'));
  expect(moved.text).not.toContain('snapshot');
  moved.hangUp();
  other.hangUp();
});
