import type { Clock } from '../clock.ts';

/** How often it is looked without a hint: bounds what a lost one costs. */
const LOOK_EVERY_MS = 1000;

/** Looks at what others change: on a hint, once a second anyway, and for whoever has to know. */
export interface Lookout {
  /** Something may have changed. */
  hint(): void;
  /**
   * Resolves once a look that began after the call has come to its end. Rejects when it is stopped before;
   * and with what that look failed with, unless the lookout is patient.
   */
  settled(): Promise<void>;
  /** Looks no more; resolves when nothing is under way. */
  stop(): Promise<void>;
}

export interface LookoutParts {
  /** For looking without a hint: real seconds, whatever the clock that presence goes by does. */
  readonly steadyClock: Clock;
  /** One look. No second one begins meanwhile. */
  readonly look: () => Promise<void>;
  /** Told when looking begins to fail, once a second while it does. */
  readonly onError: (error: unknown) => void;
  /**
   * `settled` outlasts looks that fail, and waits for one that doesn't; by default it tells of the failure.
   */
  readonly isPatient?: boolean;
}

interface Waiter {
  readonly afterLook: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Looks for the first time at once. */
export function createLookout(parts: LookoutParts): Lookout {
  const { steadyClock, look, onError, isPatient = false } = parts;
  const waiters = new Set<Waiter>();
  let looks = 0;
  let isWanted = false;
  let isLooking = false;
  let isResting = false;
  let isStopped = false;
  let looking: Promise<void> = Promise.resolve();
  let callOff = () => {};

  async function lookAround(): Promise<void> {
    isLooking = true;
    while (isWanted && !isStopped) {
      isWanted = false;
      const thisLook = ++looks;
      try {
        await look();
        if (!isStopped) settle(thisLook, ({ resolve }) => resolve());
      } catch (error) {
        if (isStopped) break;
        if (!isPatient) settle(thisLook, ({ reject }) => reject(error));
        // Those who asked meanwhile; what was only hinted at has to wait.
        isWanted = !isPatient && waiters.size > 0;
        if (!isResting) rest(error);
      }
    }
    isLooking = false;
  }

  function settle(look: number, end: (waiter: Waiter) => void): void {
    for (const waiter of waiters) {
      if (waiter.afterLook >= look) continue;
      waiters.delete(waiter);
      end(waiter);
    }
  }

  /**
   * Hints don't count until the second is over: what fails is not looked at with each of them. Who has to
   * know still gets a look, and its failure; the patient wait as well.
   */
  function rest(error: unknown): void {
    isResting = true;
    wakeLater();
    onError(error);
  }

  function wake(): void {
    isWanted = true;
    if (!isLooking && !isStopped) looking = lookAround();
  }

  function wakeLater(): void {
    callOff();
    callOff = steadyClock.alarm(steadyClock.nowMs() + LOOK_EVERY_MS, onAlarm);
  }

  function onAlarm(): void {
    isResting = false;
    wakeLater();
    wake();
  }

  onAlarm();

  function hint(): void {
    if (!isResting) wake();
  }

  return {
    hint,

    settled() {
      if (isStopped) return Promise.reject(stopped());
      return new Promise((resolve, reject) => {
        waiters.add({ afterLook: looks, resolve, reject });
        if (isPatient) hint();
        else wake();
      });
    },

    async stop() {
      isStopped = true;
      callOff();
      for (const { reject } of waiters) reject(stopped());
      waiters.clear();
      await looking;
    },
  };
}

function stopped(): Error {
  return new Error('nobody looks any more');
}
