interface Entry {
  readonly id: string;
  readonly atMs: number;
}

/** Replaced entries that aren't worth the tidying. */
const TOLERATED = 64;

/** What is due when: one instant for each id, the earliest first. */
export class Agenda {
  /** A binary heap; entries that were replaced leave when they surface, or are the most of it. */
  #heap: Entry[] = [];
  readonly #current = new Map<string, Entry>();

  /** Sets when `id` is due, whatever it was before. */
  set(id: string, atMs: number): void {
    const entry = { id, atMs };
    this.#current.set(id, entry);
    this.#tidy();
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#atMs(above) <= atMs) break;
      this.#swap(at, above);
      at = above;
    }
  }

  /** Nothing is due for `id` any more. */
  delete(id: string): void {
    this.#current.delete(id);
    this.#tidy();
  }

  /** When the earliest is due; undefined when nothing is. */
  get earliestMs(): number | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#current.get(top.id) === top) return top.atMs;
      this.#pop();
    }
    return undefined;
  }

  /** Takes out what is due by `nowMs`. */
  take(nowMs: number): string[] {
    const ids: string[] = [];
    while ((this.earliestMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
      const entry = this.#pop();
      if (entry === undefined) break;
      this.#current.delete(entry.id);
      ids.push(entry.id);
    }
    return ids;
  }

  /** Without this, what is set again and again would fill the memory long before it is due. */
  #tidy(): void {
    if (this.#heap.length < 2 * this.#current.size + TOLERATED) return;
    // Sorted, they are a heap. The entry just being set comes by itself.
    const kept = this.#heap.filter((entry) => this.#current.get(entry.id) === entry);
    this.#heap = kept.sort((a, b) => a.atMs - b.atMs);
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || last === top) return top;
    heap[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      const nearer = this.#atMs(right) < this.#atMs(left) ? right : left;
      if (this.#atMs(nearer) >= this.#atMs(at)) return top;
      this.#swap(at, nearer);
      at = nearer;
    }
  }

  #atMs(at: number): number {
    return this.#heap[at]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
