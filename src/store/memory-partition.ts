import { type Advanced, NEW_RECORD, type UserRecord } from '../engine/advance.ts';
import { NEVER_MS } from '../engine/facts.ts';
import { counterOf, cursorAfter } from './cursor.ts';
import { type DueEntry, DueIndex, dueAfter } from './due-index.ts';
import { isHistory } from './is-history.ts';
import type { FeedBounds, FeedCursor, FeedItem, FeedPage, HistoryPage, UserKey } from './store.ts';

/** Replaced, never changed: snapshots have the same ones. */
interface Slot {
  readonly user: UserKey;
  readonly record: UserRecord;
  readonly armedMs: number;
}

/** What a partition held at a moment. */
export interface PartitionSnapshot {
  readonly slots: ReadonlyMap<string, Slot>;
  readonly due: readonly DueEntry[];
  readonly feed: readonly FeedItem[];
  readonly last: number;
  readonly forgotten: number;
  readonly forgottenMs: number;
}

/** A partition of the reference store: its users, its due entries and its feed. */
export class MemoryPartition {
  readonly number: number;
  readonly #slots: Map<string, Slot>;
  readonly #due: DueIndex;
  /** Without those that were forgotten in the middle. */
  #feed: FeedItem[];
  /** Of the feed, each user's own; made from it when somebody asks for the first time. */
  #histories: Map<string, FeedItem[]> | undefined;
  #last: number;
  #forgotten: number;
  #forgottenMs: number;

  /** @param from what another one held; empty by default */
  constructor(number: number, from?: PartitionSnapshot) {
    this.number = number;
    this.#slots = new Map(from?.slots);
    this.#due = new DueIndex(
      ({ user, dueMs }) => this.#slots.get(keyOf(user))?.armedMs === dueMs,
      from?.due,
    );
    this.#feed = [...(from?.feed ?? [])];
    this.#last = from?.last ?? 0;
    this.#forgotten = from?.forgotten ?? 0;
    this.#forgottenMs = from?.forgottenMs ?? 0;
  }

  snapshot(): PartitionSnapshot {
    return {
      slots: new Map(this.#slots),
      due: this.#due.entries(),
      feed: [...this.#feed],
      last: this.#last,
      forgotten: this.#forgotten,
      forgottenMs: this.#forgottenMs,
    };
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
    const key = keyOf(user);
    const before = this.#slots.get(key);
    if (before === undefined && record === NEW_RECORD) return;
    const { user: own, armedMs: wasArmedMs } = before ?? { user, armedMs: NEVER_MS };
    const armedMs = dueAfter(wasArmedMs, record.untilMs, nowMs);
    this.#slots.set(key, { user: own, record, armedMs });
    if (armedMs !== wasArmedMs && armedMs !== NEVER_MS) {
      this.#due.add({ user: own, dueMs: armedMs });
    }
    for (const change of changes) {
      const cursor = cursorAfter(++this.#last);
      const item = { ...user, change, partition: this.number, cursor };
      this.#feed.push(item);
      if (this.#histories !== undefined) enter(this.#histories, item);
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
      const history = this.#histories?.get(keyOf(item));
      if (history?.[0] === item) history.shift();
    }
    return count;
  }

  history(user: UserKey, from: number, limit: number): HistoryPage {
    const all = this.#historyOf(user);
    const first = all.findIndex(({ change }) => change.number >= from);
    const items = first === -1 ? [] : all.slice(first, first + limit);
    return { changes: items.map(({ change }) => change), forgottenMs: this.#forgottenMs };
  }

  forgetHistory(user: UserKey, limit: number): number {
    const taken = new Set(this.#historyOf(user).splice(0, limit));
    if (taken.size > 0) this.#feed = this.#feed.filter((item) => !taken.has(item));
    return taken.size;
  }

  #historyOf(user: UserKey): FeedItem[] {
    if (this.#histories === undefined) {
      this.#histories = new Map();
      for (const item of this.#feed) enter(this.#histories, item);
    }
    return this.#histories.get(keyOf(user)) ?? [];
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

function enter(histories: Map<string, FeedItem[]>, item: FeedItem): void {
  if (!isHistory(item.change)) return;
  const key = keyOf(item);
  const history = histories.get(key);
  if (history === undefined) histories.set(key, [item]);
  else history.push(item);
}

function keyOf({ tenantId, userId }: UserKey): string {
  return `${tenantId}/${userId}`;
}
