import { FEED_START, type FeedCursor, type FeedItem } from '../store/store.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import type { Subscriber } from './subscriber.ts';
import { Waiting } from './waiting.ts';

/**
 * How many changes of one subscription wait in memory. With more the lane falls behind: it remembers
 * its place in the feed, and reads on from there once there is room.
 */
export const MOST_WAITING = 10_000;

/** The same for a lane that is quiet: it may send nothing before it has read enough. */
const MOST_WAITING_QUIETLY = 100_000;

export interface LaneParts {
  /** Whom it is for, under the terms of now. */
  readonly to: { readonly subscriber: Subscriber };
  /** The partition whose feed it is of. */
  readonly partition: number;
  /** It begins after this place. */
  readonly from: FeedCursor;
  /** Whether to send of this partition surely is this server's turn. */
  readonly isOurs: () => boolean;
}

/**
 * What waits for one subscription of one partition, in the order of the feed. The feed is the queue; a
 * lane is the part of it that is in memory, and three places:
 *
 *   done ≤ items ≤ read      each entry up to `done` needs no delivery any more,
 *                            each up to `read` was looked at
 *
 * A lane that isn't behind has looked at everything that the tail of the feed has told.
 */
export class Lane {
  readonly #parts: LaneParts;
  readonly #items = new Waiting();
  #sending = 0;
  #done: FeedCursor;
  #read: FeedCursor;
  /** Whether entries that the tail has told wait in the feed alone. */
  isBehind = false;
  /** A receiver that was too late gets the latest alone, unless it asked for each. */
  #isLate = false;
  /** Nothing is sent before it has read up to here. */
  #quietUntil: FeedCursor = FEED_START;
  #isHeld = false;
  /** Notifications given up, dropped or missed since the subscription was made. */
  lost = 0;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#done = parts.from;
    this.#read = parts.from;
  }

  get subscriber(): Subscriber {
    return this.#parts.to.subscriber;
  }

  get subscription(): Subscription {
    return this.subscriber.subscription;
  }

  get partition(): number {
    return this.#parts.partition;
  }

  /** Whether what it holds may go out now: another server may have its partition by now. */
  get isOurs(): boolean {
    return this.#parts.isOurs();
  }

  get waiting(): number {
    return this.#items.length;
  }

  /** What waits longest. */
  get first(): FeedItem | undefined {
    return this.#items.first(1, () => true)[0];
  }

  get isSending(): boolean {
    return this.#sending > 0;
  }

  /** Whether something waits that may be sent. */
  get canSend(): boolean {
    if (this.#items.length === 0 || this.isSending || this.#isHeld) return false;
    return (!this.isBehind || !this.#isQuiet) && this.isOurs;
  }

  /** Whether it knows nothing but that it is where `read` is. */
  get isEmpty(): boolean {
    return this.#items.length === 0 && !this.isBehind && this.lost === 0;
  }

  /** Whether it has given up something that isn't kept as given up yet. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  get #isQuiet(): boolean {
    return this.#read < this.#quietUntil;
  }

  /** Where a lane that is behind reads on. */
  get read(): FeedCursor {
    return this.#read;
  }

  get hasRoom(): boolean {
    return this.#isQuiet || this.#items.length <= MOST_WAITING / 2;
  }

  /** The place to begin at after a restart; undefined when that is wherever the tail is, or `read` if that is further. */
  get place(): FeedCursor | undefined {
    if (this.#items.length > 0) return this.#done;
    return this.isBehind ? this.#read : undefined;
  }

  /**
   * Goes on for a holder before this one, who may have sent anything up to `end`. A newer state may have
   * taken the place of an older one that is still in the feed: to send the old one now would turn their
   * order round, so all of it is read before anything is sent.
   */
  recover(end: FeedCursor): void {
    if (this.#read >= end) return;
    this.isBehind = true;
    if (this.subscription.delivery === 'each') return;
    this.#isLate = true;
    this.#quietUntil = end;
  }

  /** What was given up is kept as given up: what comes after it may be sent. */
  release(): void {
    this.#isHeld = false;
  }

  /**
   * Takes an entry that concerns it; false when there is no room, and it stays before that entry.
   * Nothing between `seen` and the entry concerns it.
   */
  offer(item: FeedItem, seen: FeedCursor): boolean {
    if (item.cursor <= this.#read) return true;
    if (this.#items.length === 0 && seen > this.#done) this.#done = seen;
    const most = this.#isQuiet ? MOST_WAITING_QUIETLY : MOST_WAITING;
    if (this.#items.length >= most) {
      this.#isLate = true;
      this.#compact();
      // Compacting a full lane for each entry would cost more than reading them once more later.
      if (this.#items.length > most / 2) {
        this.#quietUntil = FEED_START;
        return false;
      }
    }
    this.#items.push(item);
    this.#read = item.cursor;
    return true;
  }

  /** Everything up to here was looked at. */
  readUpTo(cursor: FeedCursor): void {
    if (cursor > this.#read) this.#read = cursor;
  }

  /**
   * The first items, up to `limit` and while they fit, to be sent now; `sent` or `failed` follows.
   * @param fits asked for each item in turn, until it says no
   */
  take(limit: number, fits: (item: FeedItem) => boolean = () => true): readonly FeedItem[] {
    if (this.#isLate) this.#compact();
    const taken = this.#items.first(limit, fits);
    this.#sending = taken.length;
    return taken;
  }

  /** @param missed how many of them count as lost: they were not sent after all, nor will be */
  sent(missed = 0): void {
    this.#drop(this.#sending);
    this.#loses(missed);
    this.#sending = 0;
    if (this.#items.length === 0) this.#isLate = false;
  }

  failed(): void {
    this.#sending = 0;
    this.#isLate = true;
  }

  /** What was taken to be sent was not sent after all, through no fault of the receiver. */
  withheld(): void {
    this.#sending = 0;
  }

  /** Gives up the items of changes before `beforeMs`; how many there were. */
  giveUp(beforeMs: number): number {
    if (this.isSending) return 0;
    const count = this.#items.countBefore(beforeMs);
    this.#drop(count);
    this.#loses(count);
    return count;
  }

  /** Passes over an entry that concerns it, without delivery. */
  lose(item: FeedItem): void {
    if (item.cursor <= this.#read) return;
    this.#loses(1);
    this.#read = item.cursor;
    if (this.#items.length === 0) this.#done = item.cursor;
  }

  /** Goes on after a stretch of the feed that is gone: nobody knows how many there were. */
  miss(to: FeedCursor): void {
    this.#loses(1);
    this.readUpTo(to);
  }

  /** Until this is kept, a crash would bring back what was given up, after what came later. */
  #loses(count: number): void {
    this.lost += count;
    if (count > 0) this.#isHeld = true;
  }

  #drop(count: number): void {
    this.#done = this.#items.drop(count) ?? this.#done;
  }

  /** What is under way stays as it is. */
  #compact(): void {
    if (this.subscription.delivery === 'latest' && this.#sending === 0) this.#items.compact();
  }
}
