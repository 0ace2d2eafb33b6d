import type { Leases, PresenceStore } from '../store/store.ts';
import { CopyFailed } from './errors.ts';

/** Where a copy goes from and to, and how it waits. */
export interface Attendance {
  readonly from: PresenceStore;
  readonly to: PresenceStore;
  /** Resolves after so many ms. */
  readonly pause: (ms: number) => Promise<void>;
}

/** How often it is looked whether those who are there have gone. */
const LOOK_EVERY_MS = 250;

/**
 * Says on both stores that we are there, so that of two copies at a time neither goes on. Whoever else was
 * there may have been killed, and is taken for there until its time has run out.
 * @throws CopyFailed when somebody else works on one of them
 */
export async function mustBeAlone({ from, to, pause }: Attendance): Promise<void> {
  await mustNotBeUsed(from.leases, 'the store to copy from', pause);
  await mustNotBeUsed(to.leases, 'the store to copy to', pause);
}

async function mustNotBeUsed(leases: Leases, what: string, pause: Attendance['pause']) {
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const others = (await leases.attend()).filter((member) => member !== leases.self);
    if (others.length === 0) return;
    // One that lives says so again long before.
    if (waitedMs > leases.leaseMs || leases.leaseMs === Number.POSITIVE_INFINITY) {
      throw new CopyFailed(`${what} is in use by ${others.join(', ')}; stop that first`);
    }
    await pause(LOOK_EVERY_MS);
  }
}
