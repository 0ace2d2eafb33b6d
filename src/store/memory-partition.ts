import { type Advanced, NEW_RECORD, type UserRecord } from '../engine/advance.ts';
import { NEVER_MS } from '../engine/facts.ts';
import { counterOf, cursorAfter } from './cursor.ts';
import { DueIndex, dueAfter } from './due-index.ts';
import { isHistory } from './is-history.ts';
import type { FeedBounds, FeedCursor, FeedItem, FeedPage, HistoryPage, UserKey } from './store.ts';

interface Slot {
  readonly user: UserKey;
  record: UserRecord;
  armedMs: number;
  /** What is in the feed of the user's changes. */
  history: FeedItem[];
}

/** A partition of the reference store: its users, its due entries and its feed. */
export class MemoryPartition {
  readonly number: number;
  readonly #slots = new Map<string, Slot>();
  readonly #due = new DueIndex(
    ({ user, dueMs }) => this.#slots.get(keyOf(user))?.armedMs === dueMs,
  );
  /** Without those that were forgotten in the middle. */
  #feed: FeedItem[] = [];
  #last = 0;
  #forgotten = 0;
  #forgottenMs = 0;

  constructor(number: number) {
    this.number = number;
  }

  get(user: UserKey): UserRecord | undefined {
    return this.#slots.get(keyOf(user))?.record;
  }

  tenants(): Iterable<string> {
    return Array.from(this.#slots.values(), ({ user }) => user.tenantId);
  }

  /** Users of a tenant after this one, in no order. */
  users(tenantId: string, after: string): string[] {
    return [...this.#slots.values()]
      .filter(({ user }) => user.tenantId === tenantId && user.userId > after)
      .map(({ user }) => user.userId);
  }

  /** Keeps what came of a step at `nowMs`. */
  put(user: UserKey, nowMs: number, { record, changes }: Advanced): void {
    let slot = this.#slots.get(keyOf(user));
    if (slot === undefined) {
      if (record === NEW_RECORD) return;
      slot = { user, record, armedMs: NEVER_MS, history: [] };
      this.#slots.set(keyOf(user), slot);
    }
    slot.record = record;
    const armedMs = dueAfter(slot.armedMs, record.untilMs, nowMs);
    if (armedMs !== slot.armedMs) {
      slot.armedMs = armedMs;
      if (armedMs !== NEVER_MS) this.#due.add({ user: slot.user, dueMs: armedMs });
    }
    for (const change of changes) {
      const cursor = cursorAfter(++this.#last);
      const item = { ...user, change, partition: this.number, cursor };
      this.#feed.push(item);
      if (isHistory(change)) slot.history.push(item);
    }
  }

  due(nowMs: number, limit: number): UserKey[] {
    return this.#due.upTo(nowMs, limit).map(({ user }) => user);
  }

  nextDueMs(): number {
    return this.#due.earliest()?.dueMs ?? NEVER_MS;
  }

  feed(after: FeedCursor, limit: number): FeedPage {
    // Throws for what is no cursor.
    counterOf(after);
    const start = this.#placeAfter(after);
    const entries = this.#feed.slice(start, start + limit);
    return { entries, cursor: entries.at(-1)?.cursor ?? after };
  }

  bounds(): FeedBounds {
    return { start: cursorAfter(this.#forgotten), end: cursorAfter(this.#last) };
  }

  trim(beforeMs: number, limit: number): number {
    let count = 0;
    while (count < limit && (this.#feed[count]?.change.atMs ?? NEVER_MS) < beforeMs) count++;
    for (const item of this.#feed.splice(0, count)) {
      this.#forgotten = counterOf(item.cursor);
      this.#forgottenMs = Math.max(this.#forgottenMs, item.change.atMs);
      const slot = this.#slots.get(keyOf(item));
      if (slot?.history[0] === item) slot.history.shift();
    }
    return count;
  }

  history(user: UserKey, from: number, limit: number): HistoryPage {
    const all = this.#slots.get(keyOf(user))?.history ?? [];
    const first = all.findIndex(({ change }) => change.number >= from);
    const items = first === -1 ? [] : all.slice(first, first + limit);
    return { changes: items.map(({ change }) => change), forgottenMs: this.#forgottenMs };
  }

  forgetHistory(user: UserKey, limit: number): number {
    const taken = new Set(this.#slots.get(keyOf(user))?.history.splice(0, limit));
    if (taken.size > 0) this.#feed = this.#feed.filter((item) => !taken.has(item));
    return taken.size;
  }

  /** How many entries of the feed are not after the cursor. */
  #placeAfter(cursor: FeedCursor): number {
    let [least, most] = [0, this.#feed.length];
    while (least < most) {
      const middle = (least + most) >> 1;
      if ((this.#feed[middle]?.cursor ?? '') <= cursor) least = middle + 1;
      else most = middle;
    }
    return least;
  }
}

function keyOf({ tenantId, userId }: UserKey): string {
  return `${tenantId}/${userId}`;
}
