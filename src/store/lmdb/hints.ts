/** Who is to be told that something was committed. */
export class Hints {
  readonly #listeners = new Set<() => void>();

  /** Tells them, once whoever is at work now is done. */
  give(): void {
    for (const listener of this.#listeners) queueMicrotask(listener);
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clear(): void {
    this.#listeners.clear();
  }
}
