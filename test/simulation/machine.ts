import { ManualClock } from '../../src/clock.ts';

const { setImmediate, setTimeout, clearTimeout } = globalThis;
const { now } = performance;

/** What a simulation stands in for while it runs: whose timers these are, and how far the processor has come. */
let timers = new ManualClock(0);
let processorMs = 0;
let stepMs = 1;

/**
 * Resolves when nothing goes on any more that doesn't wait for time or for the simulation. What the program takes for
 * a turn of the event loop is one of promises meanwhile, so that a real one comes after all of them.
 */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Takes the place of the machine's timers for as long as `work` runs: what is left of them in a server that is handed
 * its clocks would make a history depend on how busy the machine is.
 */
export async function insteadOfTheMachine<T>(work: () => Promise<T>): Promise<T> {
  Object.assign(globalThis, {
    setImmediate(ring: (...given: unknown[]) => void, ...given: unknown[]) {
      queueMicrotask(() => ring(...given));
    },
    setTimeout(ring: () => void, ms = 0) {
      const callOff = timers.alarm(timers.nowMs() + ms, ring);
      return { callOff, unref() {}, ref() {} };
    },
    clearTimeout(timer: { readonly callOff?: () => void } | undefined) {
      if (typeof timer?.callOff === 'function') timer.callOff();
      else clearTimeout(timer as NodeJS.Timeout);
    },
  });
  performance.now = () => {
    processorMs += stepMs;
    return processorMs;
  };
  try {
    return await work();
  } finally {
    Object.assign(globalThis, { setImmediate, setTimeout, clearTimeout });
    performance.now = now;
  }
}

/** The machine of one history: its timers, and how long anything takes by its processor. */
export function useMachine(clock: ManualClock, msEachLook: number): void {
  timers = clock;
  processorMs = 0;
  stepMs = msEachLook;
}
