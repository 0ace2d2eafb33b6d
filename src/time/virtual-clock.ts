import { type Clock, ManualClock } from '../clock.ts';

/** How a virtual clock stands: still at an instant, or going on with another clock, so far ahead of it. */
export type ClockState =
  | { readonly kind: 'frozen'; readonly atMs: number }
  | { readonly kind: 'running'; readonly aheadMs: number };

export const REAL_TIME: ClockState = Object.freeze({ kind: 'running', aheadMs: 0 });

/** Whether it goes with the clock below it, as one that was never moved. */
export function isRealTime(state: ClockState): boolean {
  return state.kind === 'running' && state.aheadMs === 0;
}

/**
 * A clock that can be stopped and moved. Running, it goes with the clock below it; frozen, its alarms ring when it is
 * moved past them and at no other time.
 */
export class VirtualClock implements Clock {
  readonly #below: Clock;
  /** Where it stands while it is frozen; and what is to ring, also while it runs. */
  readonly #hands: ManualClock;
  /** Undefined while it is frozen. */
  #aheadMs: number | undefined;
  #wakesAtMs = Number.POSITIVE_INFINITY;
  #callOff = () => {};

  constructor(below: Clock, state: ClockState = REAL_TIME) {
    this.#below = below;
    this.#hands = new ManualClock(below.nowMs());
    this.restore(state);
  }

  get state(): ClockState {
    if (this.#aheadMs === undefined) return { kind: 'frozen', atMs: this.#hands.nowMs() };
    return { kind: 'running', aheadMs: this.#aheadMs };
  }

  nowMs(): number {
    if (this.#aheadMs === undefined) return this.#hands.nowMs();
    return this.#below.nowMs() + this.#aheadMs;
  }

  alarm(atMs: number, ring: () => void): () => void {
    const callOff = this.#hands.alarm(atMs, ring);
    this.#wake();
    return callOff;
  }

  /** What the clock below shows, Unix time in ms. */
  realMs(): number {
    return this.#below.nowMs();
  }

  /** When the earliest alarm is to ring; Infinity without one. */
  nextAlarmMs(): number {
    return this.#hands.nextAlarmMs();
  }

  /** Stops it where it stands. */
  freeze(): void {
    this.#stop(this.nowMs());
  }

  /** Lets it go on from where it stands. */
  resume(): void {
    if (this.#aheadMs !== undefined) return;
    this.#aheadMs = this.#hands.nowMs() - this.#below.nowMs();
    this.#wake();
  }

  /** Moves it, frozen, also backwards; what is due by then rings at once, the earliest first. */
  moveTo(atMs: number): void {
    this.#stop(atMs);
  }

  /** Takes up the state of before. What is due by then rings at once. */
  restore(state: ClockState): void {
    this.#stop(state.kind === 'frozen' ? state.atMs : this.#below.nowMs() + state.aheadMs);
    if (state.kind === 'frozen') return;
    this.#aheadMs = state.aheadMs;
    this.#wake();
  }

  #stop(atMs: number): void {
    this.#callOff();
    this.#wakesAtMs = Number.POSITIVE_INFINITY;
    this.#aheadMs = undefined;
    this.#hands.set(atMs);
  }

  /** Sees to it that the clock below rings for the earliest alarm. */
  #wake(): void {
    if (this.#aheadMs === undefined) return;
    const nextMs = this.#hands.nextAlarmMs();
    if (nextMs >= this.#wakesAtMs) return;
    this.#callOff();
    this.#wakesAtMs = nextMs;
    this.#callOff = this.#below.alarm(nextMs - this.#aheadMs, () => {
      this.#wakesAtMs = Number.POSITIVE_INFINITY;
      // It may have been called off, or have been set when this clock stood elsewhere.
      this.#hands.set(this.nowMs());
      this.#wake();
    });
  }
}
