import { type Advanced, NEW_RECORD, type UserRecord } from '../engine/advance.ts';
import { NEVER_MS } from '../engine/facts.ts';
import { counterOf, cursorAfter } from './cursor.ts';
import { DueIndex, dueAfter } from './due-index.ts';
import type { FeedBounds, FeedCursor, FeedItem, FeedPage, UserKey } from './store.ts';

interface Slot {
  readonly user: UserKey;
  record: UserRecord;
  armedMs: number;
}

/** A partition of the reference store: its users, its due entries and its feed. */
export class MemoryPartition {
  readonly number: number;
  readonly #slots = new Map<string, Slot>();
  readonly #due = new DueIndex(
    ({ user, dueMs }) => this.#slots.get(keyOf(user))?.armedMs === dueMs,
  );
  #feed: FeedItem[] = [];
  #forgotten = 0;

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
      slot = { user, record, armedMs: NEVER_MS };
      this.#slots.set(keyOf(user), slot);
    }
    slot.record = record;
    const armedMs = dueAfter(slot.armedMs, record.untilMs, nowMs);
    if (armedMs !== slot.armedMs) {
      slot.armedMs = armedMs;
      if (armedMs !== NEVER_MS) this.#due.add({ user: slot.user, dueMs: armedMs });
    }
    for (const change of changes) {
      const cursor = cursorAfter(this.#forgotten + this.#feed.length + 1);
      this.#feed.push({ ...user, change, partition: this.number, cursor });
    }
  }

  due(nowMs: number, limit: number): UserKey[] {
    return this.#due.upTo(nowMs, limit).map(({ user }) => user);
  }

  nextDueMs(): number {
    return this.#due.earliest()?.dueMs ?? NEVER_MS;
  }

  feed(after: FeedCursor, limit: number): FeedPage {
    const start = Math.max(counterOf(after) - this.#forgotten, 0);
    const entries = this.#feed.slice(start, start + limit);
    return { entries, cursor: entries.at(-1)?.cursor ?? after };
  }

  bounds(): FeedBounds {
    const start = this.#forgotten;
    return { start: cursorAfter(start), end: cursorAfter(start + this.#feed.length) };
  }

  trim(beforeMs: number, limit: number): number {
    let count = 0;
    while (count < limit && (this.#feed[count]?.change.atMs ?? NEVER_MS) < beforeMs) count++;
    this.#feed = this.#feed.slice(count);
    this.#forgotten += count;
    return count;
  }
}

function keyOf({ tenantId, userId }: UserKey): string {
  return `${tenantId}/${userId}`;
}
