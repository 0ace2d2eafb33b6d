import type { Clock } from '../clock.ts';

/** How long a stream may say nothing: proxies hang up on connections that are silent for longer. */
const KEEP_ALIVE_MS = 15_000;

export interface BeatParts {
  readonly clock: Clock;
  readonly onKeepAlive: () => void;
  /** Ends what has ended by `nowMs`, and gives back when the next one does. */
  readonly onExpiry: (nowMs: number) => number;
}

/** One alarm for all streams: the keep-alive, or the end of a token where that comes first. */
export class Beat {
  readonly #parts: BeatParts;
  #keepAliveAtMs: number;
  #ringsAtMs: number;
  #callOff: () => void;

  constructor(parts: BeatParts) {
    this.#parts = parts;
    this.#keepAliveAtMs = parts.clock.nowMs() + KEEP_ALIVE_MS;
    this.#ringsAtMs = this.#keepAliveAtMs;
    this.#callOff = this.#sleep();
  }

  /** Rings at `atMs` at the latest. */
  noLaterThan(atMs: number): void {
    if (atMs >= this.#ringsAtMs) return;
    this.#callOff();
    this.#ringsAtMs = atMs;
    this.#callOff = this.#sleep();
  }

  stop(): void {
    this.#callOff();
  }

  #sleep(): () => void {
    return this.#parts.clock.alarm(this.#ringsAtMs, () => this.#ring());
  }

  #ring(): void {
    const { clock, onKeepAlive, onExpiry } = this.#parts;
    const nowMs = clock.nowMs();
    const nextExpiryMs = onExpiry(nowMs);
    if (nowMs >= this.#keepAliveAtMs) {
      onKeepAlive();
      this.#keepAliveAtMs = nowMs + KEEP_ALIVE_MS;
    }
    this.#ringsAtMs = Math.min(this.#keepAliveAtMs, nextExpiryMs);
    this.#callOff = this.#sleep();
  }
}
