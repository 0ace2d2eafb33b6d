import { ManualClock } from '../../src/clock.ts';
import { createHoldings, type HoldingsParts } from '../../src/sharing/holdings.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { createLeaseTable } from '../../src/store/memory-leases.ts';
import type { Lease, Leases } from '../../src/store/store.ts';

export const LEASE_MS = 2000;

/** Servers on one table of leases, with a clock that is moved; each notes what it is told. */
export function servers(partitions: number, leaseMs = LEASE_MS) {
  const clock = new ManualClock(1_000_000);
  const table = createLeaseTable({ leaseMs, nowMs: () => clock.nowMs() });

  /** `isAsleep`: it hears no alarm and no answer; `isAway`: the store refuses it. */
  function server(
    name: string,
    given: Partial<HoldingsParts> = {},
    wrap = (leases: Leases) => leases,
  ) {
    const state = { isAway: false, isAsleep: false, calls: 0 };
    const told: string[] = [];
    const errors: unknown[] = [];
    const missed: (() => void)[] = [];
    const whenAwake = (run: () => void) => {
      if (state.isAsleep) missed.push(run);
      else run();
    };
    const joined = table.join(name);
    const call = <Outcome>(run: () => Promise<Outcome>) => {
      state.calls++;
      return new Promise<Outcome>((resolve, reject) => {
        if (state.isAway) reject(new StoreUnavailable('away', 1000));
        else run().then((outcome) => whenAwake(() => resolve(outcome)), reject);
      });
    };
    const leases: Leases = {
      self: name,
      leaseMs,
      attend: () => call(joined.attend),
      take: (partition) => call(() => joined.take(partition)),
      renew: (asked) => call(() => joined.renew(asked)),
      release: (lease) => call(() => joined.release(lease)),
      leave: () => call(joined.leave),
    };
    const note = (word: string) => (lease: Lease) => {
      told.push(`${word} ${lease.partition}`);
    };
    const holdings = createHoldings({
      leases: wrap(leases),
      partitions,
      clock: {
        nowMs: () => clock.nowMs(),
        alarm: (atMs, ring) => clock.alarm(atMs, () => whenAwake(ring)),
      },
      onTaken: note('taken'),
      onLeaving: async (lease) => note('leaving')(lease),
      onLost: note('lost'),
      onError: (error) => errors.push(error),
      ...given,
    });
    return {
      holdings,
      state,
      told,
      errors,
      /** What it missed reaches it, the latest first: an answer before the alarms. */
      wake() {
        state.isAsleep = false;
        for (const run of missed.splice(0).reverse()) run();
      },
    };
  }

  return {
    clock,
    table,
    server,
    /** Lets time pass, with the event loop turning in between. */
    async pass(forMs: number, stepMs = 25) {
      const untilMs = clock.nowMs() + forMs;
      while (clock.nowMs() < untilMs) {
        clock.advance(Math.min(stepMs, untilMs - clock.nowMs()));
        await settled();
      }
    },
  };
}

/** Once all that is settled has been followed. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}

/** A promise, and how to settle it. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
