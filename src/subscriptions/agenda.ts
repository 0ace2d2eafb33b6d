import { Heap } from '../heap.ts';

interface Entry {
  readonly id: string;
  readonly atMs: number;
}

/** Replaced entries that aren't worth the tidying. */
const TOLERATED = 64;

/** What is due when: one instant for each id, the earliest first. */
export class Agenda {
  /** Entries that were replaced leave when they surface, or are the most of it. */
  readonly #heap = new Heap<Entry>(({ atMs }) => atMs);
  readonly #current = new Map<string, Entry>();

  /** Sets when `id` is due, whatever it was before. */
  set(id: string, atMs: number): void {
    const entry = { id, atMs };
    this.#current.set(id, entry);
    this.#tidy();
    this.#heap.push(entry);
  }

  /** Nothing is due for `id` any more. */
  delete(id: string): void {
    this.#current.delete(id);
    this.#tidy();
  }

  /** When the earliest is due; undefined when nothing is. */
  get earliestMs(): number | undefined {
    for (let { top } = this.#heap; top !== undefined; top = this.#heap.top) {
      if (this.#isCurrent(top)) return top.atMs;
      this.#heap.pop();
    }
    return undefined;
  }

  /** Takes out what is due by `nowMs`. */
  take(nowMs: number): string[] {
    const ids: string[] = [];
    while ((this.earliestMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
      const entry = this.#heap.pop();
      if (entry === undefined) break;
      this.#current.delete(entry.id);
      ids.push(entry.id);
    }
    return ids;
  }

  /** Without this, what is set again and again would fill the memory long before it is due. */
  #tidy(): void {
    if (this.#heap.size < 2 * this.#current.size + TOLERATED) return;
    // The entry just being set comes by itself.
    this.#heap.keep((entry) => this.#isCurrent(entry));
  }

  #isCurrent(entry: Entry): boolean {
    return this.#current.get(entry.id) === entry;
  }
}
