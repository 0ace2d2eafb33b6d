import { counterOf, cursorAfter } from './cursor.ts';
import { FEED_START, type FeedBounds, type FeedCursor, type PresenceStore } from './store.ts';

/**
 * A place in all feeds at once: a cursor for each partition, in their order. Which of two places is the
 * later one can be said of each partition by itself, and of nothing else.
 */
export type Place = readonly FeedCursor[];

/** 53 bits, seven in each byte. */
const LONGEST_VARINT_BYTES = 8;

/** The ends of all feeds, as they are now. */
export async function endOfFeeds(
  store: Pick<PresenceStore, 'partitions' | 'feedBounds'>,
): Promise<Place> {
  const partitions = Array.from({ length: store.partitions }, (_, partition) => partition);
  const bounds = await Promise.all(partitions.map((partition) => store.feedBounds(partition)));
  return bounds.map(({ end }) => end);
}

/**
 * Whether all that came after a cursor of a partition can still be read. Not so where it was forgotten,
 * and where the feed is younger than the cursor: the store was put back to what it once was.
 */
export function isKept(cursor: FeedCursor, { start, end }: FeedBounds): boolean {
  return start <= cursor && cursor <= end;
}

/**
 * A place as text that may stand in an address and in a line of an event stream: with one partition the
 * cursor itself. With more it is base64url of numbers, seven bits to a byte: how many partitions, the
 * greatest counter, and for each partition 0 at the start of its feed, else by how much its counter is less,
 * plus 1. Where counters are instants, partitions that are in use differ by little.
 * @throws TypeError for a cursor that none of our stores gives
 */
export function placeText(place: Place): string {
  if (place.length === 0) throw new TypeError('a place has one partition at least');
  const counters = place.map(counterOf);
  if (place.length === 1) return place[0] ?? FEED_START;
  const greatest = Math.max(...counters);
  const bytes = Buffer.allocUnsafe((place.length + 2) * LONGEST_VARINT_BYTES);
  let at = writeVarint(bytes, 0, place.length);
  at = writeVarint(bytes, at, greatest);
  for (const counter of counters) {
    at = writeVarint(bytes, at, counter === 0 ? 0 : greatest - counter + 1);
  }
  return bytes.toString('base64url', 0, at);
}

/**
 * Reads what `placeText` wrote, of a store of so many partitions.
 * @throws TypeError for anything else
 */
export function readPlace(text: string, partitions: number): Place {
  const place = decode(text);
  if (place?.length === partitions) return place;
  throw new TypeError(`not a place in ${partitions} feeds: ${JSON.stringify(text.slice(0, 100))}`);
}

/** Whether it is a place, of a store of however many partitions. */
export function isPlace(text: string): boolean {
  return decode(text) !== undefined;
}

function decode(text: string): Place | undefined {
  try {
    const place = cursorsIn(text);
    // There is one way to write a place: bits left over and padded numbers are nobody's.
    return placeText(place) === text ? place : undefined;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** @throws TypeError or RangeError for what is no place; what it lets through needn't be one */
function cursorsIn(text: string): Place {
  if (text === FEED_START || /^\d{16}$/.test(text)) return [text];
  const numbers = varintsIn(Buffer.from(text, 'base64url'));
  const [count, greatest = 0, ...less] = numbers;
  // Compared first: nobody makes us build a long list with a few bytes.
  if (count !== less.length) throw new RangeError('it ends too early, or too late');
  return less.map((by) => {
    const counter = by === 0 ? 0 : greatest - by + 1;
    if (counter < 0 || (counter === 0 && by !== 0)) throw new RangeError('before the start');
    return cursorAfter(counter);
  });
}

function writeVarint(bytes: Buffer, from: number, number: number): number {
  let at = from;
  let rest = number;
  // By division, as the operators on bits take 32 of them.
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80;
  bytes[at++] = rest;
  return at;
}

/** @throws RangeError for what ends within a number, and for numbers that are none to JavaScript */
function varintsIn(bytes: Buffer): number[] {
  const numbers: number[] = [];
  let number = 0;
  let unit = 1;
  for (const byte of bytes) {
    number += (byte & 0x7f) * unit;
    if (!Number.isSafeInteger(number)) throw new RangeError('too great a number');
    unit *= 0x80;
    if (byte >= 0x80) continue;
    numbers.push(number);
    number = 0;
    unit = 1;
  }
  if (unit !== 1) throw new RangeError('it ends within a number');
  return numbers;
}
