import { Heap } from '../../src/heap.ts';

/** Time that passes only from event to event, with whatever promises an event settles followed to their end. */
export class VirtualTime {
  #nowMs = 0;
  readonly #events = new Heap<{ readonly atMs: number; readonly run: () => void }>(
    ({ atMs }) => atMs,
  );
  /** Called after each event, once all that it led to at once is done. */
  afterEach: () => void = () => {};

  nowMs(): number {
    return this.#nowMs;
  }

  /** Calls `run` at an instant; those of the past come next. */
  at(atMs: number, run: () => void): void {
    this.#events.push({ atMs: Math.max(atMs, this.#nowMs), run });
  }

  after(delayMs: number, run: () => void): void {
    this.at(this.#nowMs + delayMs, run);
  }

  /** Lets time pass. */
  async pass(forMs: number): Promise<void> {
    const untilMs = this.#nowMs + forMs;
    for (;;) {
      const top = this.#events.top;
      if (top === undefined || top.atMs > untilMs) break;
      this.#events.pop();
      this.#nowMs = top.atMs;
      top.run();
      // The event loop comes to its immediates only when there is no promise left to follow.
      await new Promise(setImmediate);
      this.afterEach();
    }
    this.#nowMs = untilMs;
  }

  /** Lets time pass until something is so; how long that took, or Infinity when it took too long. */
  async until(isSo: () => boolean, limitMs: number, stepMs = 10): Promise<number> {
    const startMs = this.#nowMs;
    while (!isSo()) {
      if (this.#nowMs - startMs >= limitMs) return Infinity;
      await this.pass(stepMs);
    }
    return this.#nowMs - startMs;
  }
}
