import type { Place } from '../store/place.ts';
import type { FeedCursor } from '../store/store.ts';
import type { Connection } from './connection.ts';
import type { EndReason, Telling } from './events.ts';
import type { Pending } from './pending.ts';
import type { Watch } from './watch.ts';

/** How much may wait for a client to read it, in bytes, before it is cut off. */
const LARGEST_BACKLOG_BYTES = 1024 * 1024;

/** A place of more characters than this is told once a second at most. */
const LONG_PLACE = 512;
const LONG_PLACE_EVERY_MS = 1000;

/** Numbers of the changes that a snapshot shows already, of those committed up to `until`. */
export interface ShownNumbers {
  readonly numbers: ReadonlyMap<string, number>;
  /** By partition. */
  readonly until: ReadonlyMap<number, FeedCursor>;
}

/** One client that watches: what for, how far it has been told, and what it is told next. */
export class Stream {
  readonly watch: Watch;
  readonly connection: Connection;
  /** Where somebody is whom it watches, ascending. */
  readonly partitions: readonly number[];
  /** Whether it follows the end of the feed of all of its partitions. */
  isLive = false;
  /** Whether it was told something after the place it was told last. */
  lacksPlace = false;
  /** Partitions of which it doesn't follow the end yet: they are read for it alone. */
  readonly #behind: Set<number>;
  /** Told of everything up to here, in partitions where that isn't the place of all others. */
  readonly #after: Map<number, FeedCursor>;
  #shown: ShownNumbers | undefined;
  #pending: Pending | undefined;
  #longPlaceMs = Number.NEGATIVE_INFINITY;

  constructor(
    watch: Watch,
    connection: Connection,
    partitions: readonly number[],
    after: Place,
    shown?: ShownNumbers,
  ) {
    this.watch = watch;
    this.connection = connection;
    this.partitions = partitions;
    this.#behind = new Set(partitions);
    this.#after = new Map(partitions.map((partition) => [partition, after[partition] ?? '']));
    this.#shown = shown;
  }

  /** Whether it is told of a partition's changes with the others. */
  follows(partition: number): boolean {
    return this.isLive || !this.#behind.has(partition);
  }

  /** How far it has been told of a partition that it doesn't follow. */
  after(partition: number): FeedCursor {
    return this.#after.get(partition) ?? '';
  }

  /** It has read so far by itself. */
  hasRead(partition: number, cursor: FeedCursor): void {
    this.#after.set(partition, cursor);
  }

  follow(partition: number): void {
    this.#behind.delete(partition);
  }

  /** The event's text, undefined where it has nothing new for this client. */
  textOf(telling: Telling): string | undefined {
    const { userId, change, cursor, partition } = telling.item;
    if (!this.connection.isOpen || !this.watch.sees(userId)) return undefined;
    if (this.#after.size > 0 && cursor <= (this.#after.get(partition) ?? '')) return undefined;
    const shown = this.#shown?.numbers.get(userId);
    if (shown !== undefined && change.number <= shown) return undefined;
    return telling.text(this.watch.viewerId, this.watch.selected);
  }

  /** Forgets what makes no difference any more once the feeds were read so far. */
  passed(place: Place): void {
    for (const [partition, cursor] of this.#after) {
      if (!this.#behind.has(partition) && isPast(place, partition, cursor)) {
        this.#after.delete(partition);
      }
    }
    if (this.#shown === undefined) return;
    for (const [partition, cursor] of this.#shown.until) {
      if (!isPast(place, partition, cursor)) return;
    }
    this.#shown = undefined;
  }

  /** Whether the place of those who follow is its own, too. */
  get isAbreast(): boolean {
    return this.#after.size === 0;
  }

  /** Its own place, where `place` is that of those who follow. */
  placeIn(place: Place): Place {
    return place.map((cursor, partition) => this.#after.get(partition) ?? cursor);
  }

  /** Whether it is time to tell it its place after what it was told. */
  mayBePlaced(nowMs: number): boolean {
    const elapsedMs = nowMs - this.#longPlaceMs;
    return elapsedMs >= LONG_PLACE_EVERY_MS || elapsedMs < 0;
  }

  /** It was told its place, in a text of this length. */
  placed(length: number, nowMs: number): void {
    this.lacksPlace = false;
    if (length > LONG_PLACE) this.#longPlaceMs = nowMs;
  }

  /** Adds to what is written next; whether there was nothing before. */
  add(text: string, nothing: Pending): boolean {
    const isFirst = this.#pending === undefined;
    this.#pending = (this.#pending ?? nothing).plus(text);
    return isFirst;
  }

  /** Writes what was added. A client that doesn't keep up is cut off: it holds up nobody else. */
  flush(): void {
    const bytes = this.#pending?.bytes;
    this.#pending = undefined;
    if (bytes !== undefined) this.tell(bytes);
  }

  tell(bytes: Buffer): void {
    // Asked before writing: one page of the feed, however large, cuts nobody off.
    if (this.connection.backlog > LARGEST_BACKLOG_BYTES) this.end('tooSlow');
    else this.connection.writeBytes(bytes);
  }

  end(reason: EndReason): void {
    this.connection.end(reason);
  }
}

function isPast(place: Place, partition: number, cursor: FeedCursor): boolean {
  return (place[partition] ?? '') >= cursor;
}
