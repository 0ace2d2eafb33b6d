import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cursorAfter } from '../../src/store/cursor.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { endOfFeeds, isKept, isPlace, placeText, readPlace } from '../../src/store/place.ts';
import { FEED_START } from '../../src/store/store.ts';
import { START_MS, setStatusMessage, tell, user } from './commands.ts';

const anyCounter = fc.oneof(
  fc.constantFrom(0, 1, 127, 128, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER),
  fc.maxSafeNat(),
  fc.integer({ min: 1_767_225_600_000_000, max: 1_767_830_400_000_000 }),
);
const anyPlace = fc.array(anyCounter.map(cursorAfter), { minLength: 1, maxLength: 40 });

/** Numbers of up to 53 bits as a place has them, for texts that are nearly one. */
function varints(...numbers: readonly number[]): string {
  const bytes = numbers.flatMap((number) => {
    const all: number[] = [];
    let rest = number;
    for (; rest >= 128; rest = Math.floor(rest / 128)) all.push((rest % 128) + 128);
    return [...all, rest];
  });
  return Buffer.from(bytes).toString('base64url');
}

describe('a place as text', () => {
  test('reads back as it was written, in an address and in a line of an event', () => {
    fc.assert(
      fc.property(anyPlace, (place) => {
        const text = placeText(place);
        expect(readPlace(text, place.length)).toEqual(place);
        expect(text).toMatch(/^[\w-]*$/);
      }),
      { numRuns: 1000 },
    );
  });

  test('is the cursor itself where there is one partition', () => {
    expect(placeText(['0000000000000042'])).toBe('0000000000000042');
    expect(placeText([FEED_START])).toBe('');
    expect(readPlace('0000000000000042', 1)).toEqual(['0000000000000042']);
    expect(readPlace('', 1)).toEqual([FEED_START]);
  });

  test('differs for places that differ', () => {
    fc.assert(
      fc.property(anyPlace, anyPlace, (one, other) => {
        expect(placeText(one) === placeText(other)).toBe(one.join() === other.join());
      }),
    );
  });

  test('has about seven characters for each partition that was in use during the last hour', () => {
    const nowMicros = 1_767_225_600_000_000;
    const place = Array.from({ length: 1000 }, (_, at) => cursorAfter(nowMicros - at * 3_600_000));
    expect(placeText(place).length).toBeLessThan(7000);
    const idle = Array.from({ length: 64 }, () => FEED_START);
    expect(placeText([...idle, cursorAfter(nowMicros)]).length).toBeLessThan(100);
  });

  test('is refused for another number of partitions, and known for a place all the same', () => {
    fc.assert(
      fc.property(anyPlace, fc.integer({ min: 1, max: 41 }), (place, partitions) => {
        fc.pre(partitions !== place.length);
        const text = placeText(place);
        expect(() => readPlace(text, partitions)).toThrow(TypeError);
        expect(isPlace(text)).toBe(true);
      }),
    );
  });

  test.each([
    ['nothing', ''],
    ['no number at all', '*'],
    ['too few numbers', varints(3, 9, 1, 2)],
    ['too many numbers', varints(2, 9, 1, 2, 3)],
    ['an end within a number', Buffer.from([2, 9, 1, 0x82]).toString('base64url')],
    ['a padded number', Buffer.from([2, 9, 1, 0x82, 0]).toString('base64url')],
    ['a greatest that nobody has', varints(2, 9, 2, 2)],
    ['a counter before the first', varints(2, 9, 1, 10)],
    ['numbers that are not safe', varints(2, 2 ** 53, 1, 1)],
    ['numbers without end', Buffer.alloc(400, 0x80).toString('base64url')],
    ['padding', `${varints(2, 9, 1, 2)}==`],
    ['something behind it', `${varints(2, 9, 1, 2)} `],
    ['bits that mean nothing', 'Agk='],
  ])('is refused with %s', (_, text) => {
    for (const partitions of [2, 3]) expect(() => readPlace(text, partitions)).toThrow(TypeError);
  });

  test('is never anything but refused where it is garbage, and reads strictly', () => {
    const anyText = fc.oneof(
      fc.string(),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
      fc.array(fc.nat({ max: 300 }), { maxLength: 10 }).map((numbers) => varints(...numbers)),
      // Nearly right: one character of it is another one.
      fc
        .tuple(anyPlace, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }))
        .map(([place, at, other]) => {
          const text = placeText(place);
          const where = at % (text.length + 1);
          return text.slice(0, where) + other + text.slice(where + 1);
        }),
    );
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 10 }), (text, partitions) => {
        try {
          expect(placeText(readPlace(text, partitions))).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('is not made of what is no cursor', () => {
    for (const wrong of [[], ['1'], ['x', FEED_START], ['9'.repeat(16), FEED_START]]) {
      expect(() => placeText(wrong)).toThrow(TypeError);
    }
  });
});

test('the end of all feeds has the end of each', async () => {
  const store = openMemoryStore({ partitions: 8 });
  expect(await endOfFeeds(store)).toEqual(new Array(8).fill(FEED_START));
  for (let at = 0; at < 20; at++) await tell(store, user(at), START_MS, setStatusMessage('here'));
  const place = await endOfFeeds(store);
  for (const [partition, cursor] of place.entries()) {
    expect(cursor).toBe((await store.feedBounds(partition)).end);
  }
  expect(new Set(place).size).toBeGreaterThan(1);
  await store.close();
});

test('what came after a cursor is kept from the start of the feed to its end', () => {
  const bounds = { start: cursorAfter(3), end: cursorAfter(5) };
  const kept = [0, 2, 3, 4, 5, 6].map((counter) => isKept(cursorAfter(counter), bounds));
  expect(kept).toEqual([false, false, true, true, true, false]);
});
