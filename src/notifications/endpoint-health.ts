import { backOffMs } from './back-off.ts';
import type { DeliveryTerms } from './terms.ts';

/** What became of one POST. */
export interface Attempt {
  /** Undefined for a 2xx in time, else why it failed. */
  readonly failure: string | undefined;
  readonly elapsedMs: number;
}

export type EndpointState = 'ok' | 'retrying' | 'slow' | 'drop';

/** Graph looks at the replies of the last ten minutes, here counted minute by minute. */
const MINUTE_MS = 60_000;
const WINDOW_MINUTES = 10;
const SLOW_SHARE = 0.1;
const HANGING_SHARE = 0.15;

/** Fewer replies say nothing about shares: one slow reply of three isn't a slow endpoint (our decision). */
const FEWEST_REPLIES = 10;

interface Minute {
  readonly minute: number;
  replies: number;
  slow: number;
  hanging: number;
}

/**
 * How an endpoint does, and when it may be tried next: the breaker that makes a dead one cost one POST
 * now and then, whatever waits for it. Knows no clock and no chance; both are arguments.
 */
export class EndpointHealth {
  readonly #terms: DeliveryTerms;
  #minutes: Minute[] = [];
  #restState: 'slow' | 'drop' = 'slow';
  #restUntilMs = 0;
  /** What the clock showed when it was last looked at. */
  #seenMs = 0;
  /** Failures since the last success. */
  failures = 0;
  failingSinceMs: number | null = null;
  /** No attempt before this instant. */
  nextAttemptMs = 0;
  lastSuccessMs: number | null = null;
  lastFailure: string | null = null;

  constructor(terms: DeliveryTerms) {
    this.#terms = terms;
  }

  /** It was failing when the server stopped. */
  wasFailing(sinceMs: number): void {
    this.failures = Math.max(1, this.failures);
    this.failingSinceMs = Math.min(sinceMs, this.failingSinceMs ?? sinceMs);
  }

  /** How long the next attempt waits for its reply. */
  get replyMs(): number {
    return this.failures === 0 ? this.#terms.firstReplyMs : this.#terms.retryReplyMs;
  }

  /** When it may be tried next, as the clock goes now. */
  mayBeTriedAtMs(nowMs: number): number {
    this.#goBy(nowMs);
    return this.nextAttemptMs;
  }

  state(nowMs: number): EndpointState {
    this.#goBy(nowMs);
    if (nowMs < this.#restUntilMs) return this.#restState;
    return this.failures === 0 ? 'ok' : 'retrying';
  }

  /** Takes in what became of an attempt that ended at `nowMs`. */
  record({ failure, elapsedMs }: Attempt, nowMs: number, random: number): void {
    this.#goBy(nowMs);
    this.#count(elapsedMs, nowMs);
    if (failure === undefined) {
      this.failures = 0;
      this.failingSinceMs = null;
      this.lastSuccessMs = nowMs;
      this.lastFailure = null;
      this.nextAttemptMs = nowMs;
    } else {
      this.failures++;
      this.failingSinceMs ??= nowMs;
      this.lastFailure = failure;
      this.nextAttemptMs = nowMs + backOffMs(this.failures, random, this.#terms);
    }
    this.#judge(nowMs);
  }

  /**
   * Where the clock was set back, what is to wait waits for as long as it was to, and not until the clock has come
   * there again: it may have been a year ahead.
   */
  #goBy(nowMs: number): void {
    const backMs = this.#seenMs - nowMs;
    this.#seenMs = nowMs;
    if (backMs <= 0) return;
    this.nextAttemptMs -= backMs;
    this.#restUntilMs -= backMs;
    if (this.failingSinceMs !== null) this.failingSinceMs = Math.min(this.failingSinceMs, nowMs);
  }

  #count(elapsedMs: number, nowMs: number): void {
    const minute = Math.floor(nowMs / MINUTE_MS);
    this.#minutes = this.#minutes.filter((each) => each.minute > minute - WINDOW_MINUTES);
    let last = this.#minutes.at(-1);
    if (last?.minute !== minute) {
      last = { minute, replies: 0, slow: 0, hanging: 0 };
      this.#minutes.push(last);
    }
    last.replies++;
    if (elapsedMs >= this.#terms.firstReplyMs) last.slow++;
    if (elapsedMs >= this.#terms.retryReplyMs) last.hanging++;
  }

  /** Graph's two states: too many slow replies, and too many that never came. */
  #judge(nowMs: number): void {
    const sum = (count: (minute: Minute) => number) =>
      this.#minutes.reduce((total, minute) => total + count(minute), 0);
    const replies = sum((minute) => minute.replies);
    if (replies < FEWEST_REPLIES) return;
    const hangs = sum((minute) => minute.hanging) > HANGING_SHARE * replies;
    if (!hangs && sum((minute) => minute.slow) <= SLOW_SHARE * replies) return;
    this.#restState = hangs && this.#terms.dropsForHanging ? 'drop' : 'slow';
    this.#restUntilMs = nowMs + this.#terms.restMs;
    this.nextAttemptMs = Math.max(this.nextAttemptMs, this.#restUntilMs);
    // What comes after the rest is judged by itself.
    this.#minutes = [];
  }
}
