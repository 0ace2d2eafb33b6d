/** A binary heap: the entry whose instant is earliest is on top. */
export class Heap<Entry> {
  #entries: Entry[];
  readonly #instantMs: (entry: Entry) => number;

  /**
   * @param instantMs of an entry; must not change while it is in the heap
   * @param entries of another heap, as that gave them
   */
  constructor(instantMs: (entry: Entry) => number, entries: readonly Entry[] = []) {
    this.#instantMs = instantMs;
    this.#entries = [...entries];
  }

  /** All there are, in the order that another heap goes on with as this one would. */
  entries(): readonly Entry[] {
    return [...this.#entries];
  }

  get size(): number {
    return this.#entries.length;
  }

  get top(): Entry | undefined {
    return this.#entries[0];
  }

  push(entry: Entry): void {
    let at = this.#entries.push(entry) - 1;
    const instantMs = this.#instantMs(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#at(above) <= instantMs) return;
      this.#swap(at, above);
      at = above;
    }
  }

  /** Takes the top off. */
  pop(): Entry | undefined {
    const entries = this.#entries;
    const top = entries[0];
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return top;
    entries[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      const nearer = this.#at(right) < this.#at(left) ? right : left;
      if (this.#at(nearer) >= this.#at(at)) return top;
      this.#swap(at, nearer);
      at = nearer;
    }
  }

  /** Drops the entries of which this isn't so. */
  keep(isKept: (entry: Entry) => boolean): void {
    const kept = this.#entries.filter(isKept);
    // Sorted, they are a heap.
    this.#entries = kept.sort((a, b) => this.#instantMs(a) - this.#instantMs(b));
  }

  #at(at: number): number {
    const entry = this.#entries[at];
    return entry === undefined ? Number.POSITIVE_INFINITY : this.#instantMs(entry);
  }

  #swap(a: number, b: number): void {
    const entries = this.#entries;
    const [first, second] = [entries[a], entries[b]];
    if (first === undefined || second === undefined) return;
    entries[a] = second;
    entries[b] = first;
  }
}
