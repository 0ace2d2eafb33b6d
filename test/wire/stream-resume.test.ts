import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { FEED_START } from '../../src/store/store.ts';
import { newFolder } from '../store/folders.ts';
import {
  COLLEAGUE,
  expectError,
  type Porchlight,
  STRANGER,
  startPorchlight,
  USER,
} from './porchlight.ts';
import { presenceIn, presencesIn, STREAM, say, watch, watchOn } from './watching.ts';

const told = (event: Parameters<typeof presenceIn>[0]) =>
  presenceIn(event).statusMessage?.message.content;

describe('a client that comes back', () => {
  test('gets what it missed and no snapshot, then what comes', async () => {
    const porchlight = await startPorchlight();
    const stream = await watchOn(porchlight);
    await say(porchlight, USER, 'one');
    expect(told(await stream.next())).toBe('one');
    const { lastEventId } = stream;
    stream.hangUp();
    await say(porchlight, USER, 'two');
    await say(porchlight, STRANGER, 'not asked for');
    await say(porchlight, COLLEAGUE, 'three');
    const again = await watch(porchlight, undefined, { lastEventId });
    expect(told(await again.next())).toBe('two');
    expect(told(await again.next())).toBe('three');
    await say(porchlight, USER, 'four');
    expect(told(await again.next())).toBe('four');
    expect(again.text).not.toContain('snapshot');
    await porchlight.close();
  });

  test('may say where it was in the query, as clients do that cannot set a header', async () => {
    const porchlight = await startPorchlight();
    await say(porchlight, USER, 'one');
    const { end } = await porchlight.store.feedBounds(0);
    await say(porchlight, USER, 'two');
    const stream = await watch(porchlight, `?ids=${USER}&lastEventId=${end}`);
    expect(told(await stream.next())).toBe('two');
    await porchlight.close();
  });

  test('gets a snapshot where the changes since are no longer kept', async () => {
    const porchlight = await startPorchlight();
    await say(porchlight, USER, 'one');
    const { end } = await porchlight.store.feedBounds(0);
    porchlight.clock.advance(1000);
    await say(porchlight, USER, 'two');
    await say(porchlight, USER, 'three');
    await porchlight.store.trimFeed(0, porchlight.clock.nowMs() + 1, 2);
    const stream = await watch(porchlight, undefined, { lastEventId: end });
    const [presence] = presencesIn(await stream.next());
    expect(presence?.statusMessage?.message.content).toBe('three');
    await say(porchlight, USER, 'four');
    expect(told(await stream.next())).toBe('four');
    await porchlight.close();
  });

  test('gets a snapshot where its place is one that this feed has never come to', async () => {
    const porchlight = await startPorchlight();
    const stream = await watch(porchlight, undefined, { lastEventId: '0000000000000777' });
    expect(presencesIn(await stream.next())).toHaveLength(2);
    await porchlight.close();
  });

  test.each(['1', 'abc', '000000000000000x', '-000000000000001', '0000000000000000', '%00', '1,2'])(
    'is refused with the place %s: 400',
    async (place) => {
      const porchlight = await startPorchlight();
      const asked = `${STREAM}?ids=${USER}`;
      const inHeader = await porchlight.as().get(asked, { 'last-event-id': place });
      expect(expectError(inHeader, 400, 'InvalidArgument')).toContain('Last-Event-ID');
      const inQuery = await porchlight.as().get(`${asked}&lastEventId=${place}`);
      expectError(inQuery, 400, 'InvalidArgument');
      await porchlight.close();
    },
  );

  test('finds its place after a restart of the server', async () => {
    const path = newFolder();
    const start = async () => startPorchlight({ parts: { store: await openLmdbStore({ path }) } });
    const before = await start();
    const stream = await watchOn(before);
    await say(before, USER, 'one');
    expect(told(await stream.next())).toBe('one');
    const { lastEventId } = stream;
    stream.hangUp();
    await say(before, USER, 'two');
    await before.close();
    const after = await start();
    await say(after, USER, 'three');
    const again = await watch(after, undefined, { lastEventId });
    expect(told(await again.next())).toBe('two');
    expect(told(await again.next())).toBe('three');
    await after.close();
  });
});

/** Everything committed, as places and what was said. */
async function committed({ store }: Porchlight): Promise<{ id: string; text: string }[]> {
  const { entries } = await store.feed(0, FEED_START, 100_000);
  return entries.map(({ cursor, change }) => ({
    id: cursor,
    text: change.after.statusMessage?.content ?? '',
  }));
}

describe('whatever happens in between', () => {
  test('a client that hangs up and comes back again and again gets each change once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 7 }),
        async (patience, atOnce) => {
          const porchlight = await startPorchlight();
          let lastEventId = '';
          const got: { id: string; text: string }[] = [];
          let isWriting = true;
          const writing = (async () => {
            for (let count = 0; isWriting; count += atOnce) {
              const users = Array.from({ length: atOnce }, (_, index) =>
                [USER, COLLEAGUE, STRANGER].at((count + index) % 3),
              );
              await Promise.all(
                users.map((user, index) => say(porchlight, user ?? USER, `${count + index}`)),
              );
              await new Promise(setImmediate);
            }
          })();
          const ids = `?ids=${USER},${COLLEAGUE},${STRANGER}`;
          /** Reads until there were so many events, or all; a snapshot stands for all before it. */
          const read = async (isEnough: (seen: number) => boolean, from: string) => {
            const stream = await watch(porchlight, ids, { lastEventId: from });
            for (let seen = 0; !isEnough(seen); seen++) {
              const event = await stream.next();
              if (event.event === 'presence') got.push({ id: event.id, text: told(event) ?? '' });
              lastEventId = event.id;
            }
            stream.hangUp();
          };
          for (const count of patience) await read((seen) => seen > count, lastEventId);
          isWriting = false;
          await writing;
          const all = await committed(porchlight);
          const last = all.at(-1)?.id ?? '';
          if (lastEventId < last) await read(() => lastEventId === last, lastEventId);
          const first = got[0]?.id ?? '~';
          expect(got).toEqual(all.filter(({ id }) => id >= first));
          await porchlight.close();
        },
      ),
      { numRuns: 15 },
    );
  });

  test('snapshot and changes together leave nobody with an old presence, and tell nothing twice', async () => {
    const porchlight = await startPorchlight();
    const users = [USER, COLLEAGUE, STRANGER];
    let isWriting = true;
    const writing = (async () => {
      for (let count = 0; isWriting; count++) {
        await say(porchlight, users[count % 3] ?? USER, `${count}`);
        if (count % 5 === 0) await new Promise(setImmediate);
      }
    })();
    const streams = [];
    for (let count = 0; count < 30; count++) {
      streams.push(await watch(porchlight, `?ids=${users.join(',')}`));
    }
    isWriting = false;
    await writing;
    const { end } = await porchlight.store.feedBounds(0);
    // Moves everybody to the end of the feed, so that there is an end to wait for.
    porchlight.clock.advance(15_000);
    const answer = await porchlight
      .as()
      .post('/v1.0/communications/getPresencesByUserId', { ids: users });
    for (const stream of streams) {
      await stream.until(({ lastEventId }) => lastEventId === end);
      const seen = new Map<string, string>();
      for (const presence of presencesIn(await stream.next())) {
        seen.set(presence.id, JSON.stringify(presence));
      }
      const numberOf = (id: string) =>
        (JSON.parse(seen.get(id) ?? '{}') as { sequenceNumber: string }).sequenceNumber;
      for (const event of stream.events) {
        const presence = presenceIn(event);
        expect((presence.sequenceNumber ?? '') > numberOf(presence.id)).toBe(true);
        seen.set(presence.id, JSON.stringify(presence));
      }
      const { value } = answer.body as { value: object[] };
      expect([...seen.values()]).toEqual(value.map((each) => JSON.stringify(each)));
    }
    await porchlight.close();
  });
});
