import { Heap } from '../heap.ts';
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

/** Due entries in memory, the earliest first. Replaced entries leave when they surface. */
export class DueIndex {
  readonly #heap: Heap<DueEntry>;
  readonly #isCurrent: (entry: DueEntry) => boolean;

  /**
   * @param isCurrent tells whether an entry is still the one its user has
   * @param entries of another index, as that gave them
   */
  constructor(isCurrent: (entry: DueEntry) => boolean, entries: readonly DueEntry[] = []) {
    this.#heap = new Heap(({ dueMs }) => dueMs, entries);
    this.#isCurrent = isCurrent;
  }

  /** All there are, replaced ones too. */
  entries(): readonly DueEntry[] {
    return this.#heap.entries();
  }

  add(entry: DueEntry): void {
    this.#heap.push(entry);
  }

  earliest(): DueEntry | undefined {
    for (;;) {
      const { top } = this.#heap;
      if (top === undefined || this.#isCurrent(top)) return top;
      this.#heap.pop();
    }
  }

  /** Current entries due by `nowMs`, earliest first, `limit` at most; they stay in the index. */
  upTo(nowMs: number, limit: number): DueEntry[] {
    const found = new Set<DueEntry>();
    const users = new Set<UserKey>();
    for (let top = this.earliest(); top !== undefined; top = this.earliest()) {
      if (top.dueMs > nowMs || users.size >= limit) break;
      this.#heap.pop();
      if (users.has(top.user)) continue;
      users.add(top.user);
      found.add(top);
    }
    for (const entry of found) this.add(entry);
    return [...found];
  }
}
