/** How much faster than the machine's the clock runs: what happens once a second, happens in time. */
const PACE = 4;

/** What another process needs to have the same clock. */
export interface TimeReading {
  readonly baseMs: number;
  readonly sinceMs: number;
  readonly pace: number;
}

/**
 * The time that the server is told. It is set forward by minutes now and then, as if the server had been
 * off or its machine asleep: sessions fade and end, and nobody waits for it.
 */
export class FastTime {
  #baseMs = Date.now();
  readonly #sinceMs = this.#baseMs;

  nowMs(): number {
    return Math.floor(this.#baseMs + (Date.now() - this.#sinceMs) * PACE);
  }

  advance(byMs: number): void {
    this.#baseMs += byMs;
  }

  get reading(): TimeReading {
    return { baseMs: this.#baseMs, sinceMs: this.#sinceMs, pace: PACE };
  }
}
