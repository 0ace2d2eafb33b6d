import { type Clock, ManualClock } from '../../src/clock.ts';
import { VirtualClock } from '../../src/time/virtual-clock.ts';
import { Random } from '../crash/random.ts';
import { quiet, useMachine } from './machine.ts';

/** When histories begin: a Saturday, nine in the morning. */
export const START_MS = Date.parse('2026-11-21T09:00:00Z');

/** For how long the steady clock goes on after something happened: whoever looks once a second gets to look. */
const RESTLESS_MS = 1250;

/** How far both clocks go at a time while it does. */
const STEP_MS = 500;

/** So often may something be due again at one instant. */
const MOST_ROUNDS = 3000;

/**
 * Time, chance and the event loop of a history. `clock` is the one that presence goes by, `steady` the one that never
 * steps. Where nothing happens hours pass on `clock` alone, as on a virtual clock that is moved.
 */
export class World {
  readonly random: Random;
  readonly steady = new ManualClock(0);
  readonly clock: VirtualClock;
  /** What happened, for whoever looks into it; undefined where nobody will. */
  readonly trace: string[] | undefined;
  readonly complaints: string[] = [];
  /** Asked before each step of time: whether the steady clock has to go on. */
  isRestless: () => boolean = () => false;
  /** Told at each instant once everything has come to rest. */
  onRest: () => void | Promise<void> = () => {};
  /** Its clock is being set: what is under way may have looked at it before. */
  isBeingSet = false;
  /** The latest that the clock has shown. */
  peakMs = START_MS;
  #restlessUntilMs = 0;
  /** Calls that are held up until the others have been answered. */
  readonly #heldUp: (() => void)[] = [];

  constructor(seed: number, isTraced: boolean) {
    this.random = new Random(seed);
    // Neighbours' first numbers are alike.
    for (let at = 0; at < 4; at++) this.random.next();
    this.trace = isTraced ? [] : undefined;
    this.clock = new VirtualClock(this.steady, { kind: 'frozen', atMs: START_MS });
    useMachine(this.steady, this.random.chance(0.5) ? 5 : 0.5);
  }

  get nowMs(): number {
    return this.clock.nowMs();
  }

  say(what: () => string): void {
    this.trace?.push(`${this.clock.nowMs() - START_MS} ${this.steady.nowMs()} ${what()}`);
  }

  complain(what: string): void {
    this.say(() => `!!! ${what}`);
    this.complaints.push(`at ${this.clock.nowMs() - START_MS} ms: ${what}`);
  }

  /** Whoever looks once a second has something to see. */
  stir(forMs = RESTLESS_MS): void {
    this.#restlessUntilMs = Math.max(this.#restlessUntilMs, this.steady.nowMs() + forMs);
  }

  /** Resolves after so long by the steady clock; for 0 ms once it is its turn among those held up. */
  holdUp(forMs: number): Promise<void> {
    this.stir(forMs + RESTLESS_MS);
    return new Promise((resolve) => {
      if (forMs > 0) this.steady.alarm(this.steady.nowMs() + forMs, resolve);
      else this.#heldUp.push(resolve);
    });
  }

  /** Until nothing happens any more without time passing. Rejects where there is no such moment. */
  async rest(): Promise<void> {
    for (let rounds = 0; ; rounds++) {
      await quiet();
      if (rounds === MOST_ROUNDS) {
        throw new Error('something is due again as soon as it is done');
      }
      if (this.#heldUp.length > 0) {
        const at = this.random.between(0, this.#heldUp.length - 1);
        this.#heldUp.splice(at, 1)[0]?.();
      } else if (this.clock.nextAlarmMs() <= this.clock.nowMs()) {
        this.clock.moveTo(this.clock.nowMs());
      } else if (this.steady.nextAlarmMs() <= this.steady.nowMs()) {
        this.steady.advance(0);
      } else break;
    }
    this.peakMs = Math.max(this.peakMs, this.nowMs);
    await this.onRest();
  }

  /**
   * Lets time pass from alarm to alarm. What is to happen at its very end, before anybody has come to do what is due
   * then, is `atEnd`.
   */
  async pass(forMs: number, atEnd: () => void = () => {}): Promise<void> {
    await this.rest();
    for (let leftMs = forMs; ; ) {
      const isRestless = this.steady.nowMs() < this.#restlessUntilMs || this.isRestless();
      let stepMs = Math.min(leftMs, this.clock.nextAlarmMs() - this.clock.nowMs());
      if (isRestless) {
        stepMs = Math.min(stepMs, STEP_MS);
        stepMs = Math.min(stepMs, this.steady.nextAlarmMs() - this.steady.nowMs());
      }
      leftMs -= stepMs;
      this.clock.moveTo(this.clock.nowMs() + stepMs);
      if (isRestless) this.steady.advance(stepMs);
      if (leftMs <= 0) atEnd();
      await this.rest();
      if (leftMs <= 0) return;
    }
  }

  /** The clock is set, and nobody was there on the way. */
  async setClock(toMs: number): Promise<void> {
    this.peakMs = Math.max(this.peakMs, toMs);
    this.isBeingSet = true;
    this.clock.moveTo(toMs);
    await this.rest();
    this.isBeingSet = false;
  }

  /** Lets time pass until a promise has settled; whether it did within the limit. */
  async until(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    const endMs = this.steady.nowMs() + limitMs;
    await this.rest();
    while (!isSettled && this.steady.nowMs() < endMs) {
      this.stir();
      await this.pass(100);
    }
    return isSettled;
  }
}

/** A process's view of a clock: its alarms end with it. */
export class OwnClock implements Clock {
  readonly #below: Clock;
  readonly #alarms = new Set<() => void>();

  constructor(below: Clock) {
    this.#below = below;
  }

  /** How many alarms are set. */
  get alarms(): number {
    return this.#alarms.size;
  }

  nowMs(): number {
    return this.#below.nowMs();
  }

  alarm(atMs: number, ring: () => void): () => void {
    const end = () => {
      this.#alarms.delete(end);
      callOff();
    };
    const callOff = this.#below.alarm(atMs, () => {
      this.#alarms.delete(end);
      ring();
    });
    this.#alarms.add(end);
    return end;
  }

  callOffAll(): void {
    for (const end of [...this.#alarms]) end();
  }
}
