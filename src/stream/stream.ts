import type { FeedCursor } from '../store/store.ts';
import type { Connection } from './connection.ts';
import type { EndReason, Telling } from './events.ts';
import type { Pending } from './pending.ts';
import type { Watch } from './watch.ts';

/** How much may wait for a client to read it, in bytes, before it is cut off. */
export const LARGEST_BACKLOG_BYTES = 1024 * 1024;

/** Numbers of the changes that a snapshot shows already, of those committed up to `until`. */
export interface ShownNumbers {
  readonly numbers: ReadonlyMap<string, number>;
  readonly until: FeedCursor;
}

/** One client that watches: what for, how far it has been told, and what it is told next. */
export class Stream {
  readonly watch: Watch;
  readonly connection: Connection;
  /** Told of everything up to here, while it isn't at the end of the feed yet. */
  after: FeedCursor;
  /** Whether it follows the end of the feed. */
  isLive = false;
  #shown: ShownNumbers | undefined;
  #pending: Pending | undefined;

  constructor(watch: Watch, connection: Connection, after: FeedCursor, shown?: ShownNumbers) {
    this.watch = watch;
    this.connection = connection;
    this.after = after;
    this.#shown = shown;
  }

  /** The event's text, undefined where it has nothing new for this client. */
  textOf(telling: Telling): string | undefined {
    const { userId, change, cursor } = telling.item;
    if (cursor <= this.after || !this.connection.isOpen) return undefined;
    const shown = this.#shown?.numbers.get(userId);
    if (shown !== undefined && change.number <= shown) return undefined;
    return telling.text(this.watch.viewerId, this.watch.selected);
  }

  /** Forgets what its snapshot showed once the feed was read so far that it makes no difference. */
  passed(cursor: FeedCursor): void {
    if (this.#shown !== undefined && cursor >= this.#shown.until) this.#shown = undefined;
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
