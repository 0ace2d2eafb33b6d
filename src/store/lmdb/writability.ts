import { StoreUnavailable } from '../errors.ts';
import type { StoreHealth } from '../store.ts';

/** How long writes are refused after a commit failed, before one may try again. */
const RETRY_AFTER_MS = 1000;

/** A commit that takes longer than this is no longer waited for by new writes. */
const STALLED_AFTER_MS = 10_000;

/**
 * Whether the disk takes writes. After a failed commit all writes are refused at once, but for one
 * a second, which finds out.
 */
export class Writability {
  readonly #monotonicMs: () => number;
  #reason: string | undefined;
  #tryAgainAtMs = 0;
  #commitSinceMs: number | undefined;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Lets a write go on. @throws StoreUnavailable when it can't be kept now */
  admit(): void {
    const health = this.health();
    if (health.writable) return;
    const nowMs = this.#monotonicMs();
    const stalled = this.#commitSinceMs !== undefined;
    if (stalled || nowMs < this.#tryAgainAtMs) {
      const waitMs = stalled ? RETRY_AFTER_MS : this.#tryAgainAtMs - nowMs;
      throw new StoreUnavailable(health.reason, Math.ceil(waitMs));
    }
    this.#tryAgainAtMs = nowMs + RETRY_AFTER_MS;
  }

  commitBegins(): void {
    this.#commitSinceMs = this.#monotonicMs();
  }

  commitKept(): void {
    this.#commitSinceMs = undefined;
    this.#reason = undefined;
  }

  /** What to answer to those whose commit failed of `cause`. */
  commitFailed(cause: unknown): StoreUnavailable {
    const reason = `a commit failed: ${cause instanceof Error ? cause.message : String(cause)}`;
    this.#commitSinceMs = undefined;
    this.#reason = reason;
    this.#tryAgainAtMs = this.#monotonicMs() + RETRY_AFTER_MS;
    return new StoreUnavailable(reason, RETRY_AFTER_MS);
  }

  health(): StoreHealth {
    if (this.#reason !== undefined) return { writable: false, reason: this.#reason };
    if (this.#commitSinceMs === undefined) return { writable: true };
    const forMs = this.#monotonicMs() - this.#commitSinceMs;
    if (forMs < STALLED_AFTER_MS) return { writable: true };
    return { writable: false, reason: `a commit has been under way for ${Math.round(forMs)} ms` };
  }
}
