import type { UserKey } from './store.ts';

export interface DueEntry {
  readonly user: UserKey;
  readonly dueMs: number;
}

/**
 * The due entry a user should have after an update at `nowMs` left a presence that holds until
 * `untilMs`. An entry still to come and no later than that stays as it is, which is what keeps a
 * keep-alive from touching the index; one that has come, or would be late, is set right.
 */
export function dueAfter(armedMs: number, untilMs: number, nowMs: number): number {
  return armedMs > nowMs && armedMs <= untilMs ? armedMs : untilMs;
}

/** Due entries in memory, the earliest on top of a binary heap. Replaced entries leave when they surface. */
export class DueIndex {
  readonly #heap: DueEntry[] = [];
  readonly #isCurrent: (entry: DueEntry) => boolean;

  /** `isCurrent` tells whether an entry is still the one its user has. */
  constructor(isCurrent: (entry: DueEntry) => boolean) {
    this.#isCurrent = isCurrent;
  }

  add(entry: DueEntry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#dueMs(above) <= entry.dueMs) break;
      this.#swap(at, above);
      at = above;
    }
  }

  earliest(): DueEntry | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined || this.#isCurrent(top)) return top;
      this.#pop();
    }
  }

  /** Current entries due by `nowMs`, earliest first, `limit` at most; they stay in the index. */
  upTo(nowMs: number, limit: number): DueEntry[] {
    const found = new Set<DueEntry>();
    const users = new Set<UserKey>();
    for (let top = this.earliest(); top !== undefined; top = this.earliest()) {
      if (top.dueMs > nowMs || users.size >= limit) break;
      this.#pop();
      if (users.has(top.user)) continue;
      users.add(top.user);
      found.add(top);
    }
    for (const entry of found) this.add(entry);
    return [...found];
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < heap.length && this.#dueMs(left) < this.#dueMs(least)) least = left;
      if (right < heap.length && this.#dueMs(right) < this.#dueMs(least)) least = right;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #dueMs(at: number): number {
    return this.#heap[at]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    const [first, second] = [heap[a], heap[b]];
    if (first === undefined || second === undefined) return;
    heap[a] = second;
    heap[b] = first;
  }
}
