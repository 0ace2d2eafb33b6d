import { Heap } from './heap.ts';

/** Where time comes from. The engine takes instants as arguments; everything else asks a clock. */
export interface Clock {
  /** Unix time in ms. May step in either direction. */
  nowMs(): number;
  /** Calls `ring` once, when the clock shows `atMs` or later. The function given back calls it off. */
  alarm(atMs: number, ring: () => void): () => void;
}

/** How long an alarm sleeps at most before it looks at the clock again: bounds what a clock step costs. */
const LONGEST_SLEEP_MS = 1000;

/** The machine's clock. Its alarms don't keep the process alive. */
export const systemClock: Clock = timersOf(() => Date.now());

/** A clock that never steps, for how long things take: its instants mean nothing elsewhere. */
export const steadyClock: Clock = timersOf(() => performance.now());

function timersOf(nowMs: () => number): Clock {
  return {
    nowMs,

    alarm(atMs, ring) {
      let timer: NodeJS.Timeout;
      const sleep = () => {
        const leftMs = atMs - nowMs();
        if (leftMs <= 0) return ring();
        timer = setTimeout(sleep, Math.min(leftMs, LONGEST_SLEEP_MS)).unref();
      };
      timer = setTimeout(sleep, 0).unref();
      return () => clearTimeout(timer);
    },
  };
}

/**
 * Another clock, of which it is known how far it is ahead of `clock`, ms: such as the one that all servers
 * on one store go by.
 */
export function clockAhead(clock: Clock, aheadMs: () => number): Clock {
  const nowMs = () => clock.nowMs() + aheadMs();
  return {
    nowMs,

    alarm(atMs, ring) {
      let callOff = () => {};
      const sleep = () => {
        const untilMs = Math.min(atMs - aheadMs(), clock.nowMs() + LONGEST_SLEEP_MS);
        callOff = clock.alarm(untilMs, () => (nowMs() < atMs ? sleep() : ring()));
      };
      sleep();
      return () => callOff();
    },
  };
}

/**
 * Calls `ring` once, at the first of some times, each by a clock of its own; a time that never comes is none. The
 * function given back calls it off.
 */
export function alarmAtFirst(
  times: readonly (readonly [clock: Clock, atMs: number])[],
  ring: () => void,
): () => void {
  const callOff = () => {
    for (const each of alarms) each();
  };
  const first = () => {
    callOff();
    ring();
  };
  const alarms = times
    .filter(([, atMs]) => atMs !== Number.POSITIVE_INFINITY)
    .map(([clock, atMs]) => clock.alarm(atMs, first));
  return callOff;
}

/** A clock that stands still until it is moved: days in a test take no time. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #alarms = new Heap<Alarm>(({ atMs }) => atMs);
  #set = 0;
  #live = 0;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  alarm(atMs: number, ring: () => void): () => void {
    const alarm: Alarm = { atMs, ring, order: this.#set++, isOff: false };
    this.#live++;
    this.#alarms.push(alarm);
    return () => this.#callOff(alarm);
  }

  /** When the earliest alarm is to ring; Infinity without one. */
  nextAlarmMs(): number {
    for (let { top } = this.#alarms; top !== undefined; top = this.#alarms.top) {
      if (!top.isOff) return top.atMs;
      this.#alarms.pop();
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Sets the clock, also backwards, and rings what is due by then, earliest first. */
  set(nowMs: number): void {
    this.#nowMs = nowMs;
    const due: Alarm[] = [];
    while (this.nextAlarmMs() <= nowMs) due.push(this.#alarms.pop() as Alarm);
    due.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    for (const alarm of due) {
      // Whoever rang before may have called it off.
      if (alarm.isOff) continue;
      this.#end(alarm);
      alarm.ring();
    }
  }

  advance(byMs: number): void {
    this.set(this.#nowMs + byMs);
  }

  #callOff(alarm: Alarm): void {
    if (alarm.isOff) return;
    this.#end(alarm);
    // Otherwise what is set and called off again and again would stay until its time.
    if (this.#alarms.size > 2 * this.#live + 64) this.#alarms.keep(({ isOff }) => !isOff);
  }

  #end(alarm: Alarm): void {
    alarm.isOff = true;
    this.#live--;
  }
}

interface Alarm {
  readonly atMs: number;
  readonly ring: () => void;
  /** Of those of one instant, the first that was set rings first. */
  readonly order: number;
  /** It rang, or was called off. */
  isOff: boolean;
}
