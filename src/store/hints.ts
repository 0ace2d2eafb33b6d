/** Who is to be told that something was committed, and of what. */
export class Hints<Told extends readonly unknown[] = []> {
  readonly #listeners = new Set<(...told: Told) => void>();

  /** Tells them, once whoever is at work now is done. */
  give(...told: Told): void {
    for (const listener of this.#listeners) queueMicrotask(() => listener(...told));
  }

  /** Gives back how to listen no more. */
  listen(listener: (...told: Told) => void): () => void {
    // One of its own, as the same listener may come twice.
    const own = (...told: Told) => listener(...told);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  clear(): void {
    this.#listeners.clear();
  }
}
