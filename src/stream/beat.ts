import type { Clock } from '../clock.ts';

/** How long a stream may say nothing: proxies hang up on connections that are silent for longer. */
const KEEP_ALIVE_MS = 15_000;

export interface BeatParts {
  /** By which tokens end. */
  readonly clock: Clock;
  /** By which proxies lose patience. */
  readonly steadyClock: Clock;
  readonly onKeepAlive: () => void;
  /** Ends what has ended by `nowMs`, and gives back when the next one does. */
  readonly onExpiry: (nowMs: number) => number;
}

/** One alarm each for all streams: their keep-alive, and the end of the token that ends first. */
export class Beat {
  readonly #parts: BeatParts;
  #expiresAtMs = Number.POSITIVE_INFINITY;
  #callOffExpiry = () => {};
  #callOffKeepAlive: () => void;

  constructor(parts: BeatParts) {
    this.#parts = parts;
    this.#callOffKeepAlive = this.#keepAliveLater();
  }

  /** Tokens are looked at by `atMs` at the latest. */
  noLaterThan(atMs: number): void {
    if (atMs >= this.#expiresAtMs) return;
    this.#callOffExpiry();
    this.#expiresAtMs = atMs;
    this.#callOffExpiry = this.#parts.clock.alarm(atMs, () => this.#expire());
  }

  stop(): void {
    this.#callOffExpiry();
    this.#callOffKeepAlive();
  }

  #keepAliveLater(): () => void {
    const { steadyClock, onKeepAlive } = this.#parts;
    return steadyClock.alarm(steadyClock.nowMs() + KEEP_ALIVE_MS, () => {
      onKeepAlive();
      this.#callOffKeepAlive = this.#keepAliveLater();
    });
  }

  #expire(): void {
    const { clock, onExpiry } = this.#parts;
    this.#expiresAtMs = Number.POSITIVE_INFINITY;
    this.noLaterThan(onExpiry(clock.nowMs()));
  }
}
