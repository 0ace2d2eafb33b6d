/** Something that happens again and again, to be waited for. */
export class Signal {
  readonly #waiting = new Set<() => void>();

  /** Resolves when it happens next, or the time is over. */
  next(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiting.add(done);
    });
  }

  /** It happens. */
  give(): void {
    for (const done of [...this.#waiting]) done();
  }
}
