import type { LeaseDesk } from './line.ts';

/** How long a lease holds, and a server is known to be there, after it last said so. */
export const LEASE_MS = 2000;

/** The desk as the process has it that keeps it. */
export interface KeptLeaseDesk extends LeaseDesk {
  /** Forgets a server that has ended, whatever it held. */
  end(who: string): void;
}

export interface LeaseDeskParts {
  /** The greatest that the file knows. */
  readonly fence: number;
  /** A clock that never steps. */
  readonly monotonicMs: () => number;
}

/** A desk that has given nothing yet. */
export function leaseDesk(parts: LeaseDeskParts): KeptLeaseDesk {
  const { monotonicMs } = parts;
  let { fence } = parts;
  /** Until when each is known to be there. */
  const present = new Map<string, number>();
  let held: { readonly who: string; readonly fence: number; untilMs: number } | undefined;

  return {
    attend(who) {
      const nowMs = monotonicMs();
      present.set(who, nowMs + LEASE_MS);
      for (const [each, untilMs] of present) if (untilMs <= nowMs) present.delete(each);
      return [...present.keys()].sort();
    },

    take(who) {
      const nowMs = monotonicMs();
      if (held !== undefined && held.who !== who && held.untilMs > nowMs) return undefined;
      held = { who, fence: ++fence, untilMs: nowMs + LEASE_MS };
      return held.fence;
    },

    renew(who, of) {
      const nowMs = monotonicMs();
      if (held?.who !== who || held.fence !== of || held.untilMs <= nowMs) return false;
      held.untilMs = nowMs + LEASE_MS;
      return true;
    },

    release(who, of) {
      if (held?.who === who && held.fence === of) held = undefined;
    },

    leave(who) {
      present.delete(who);
    },

    end(who) {
      present.delete(who);
      if (held?.who === who) held = undefined;
    },
  };
}

/** What the desk says to what a process asks over its line. */
export function answerOf<Verb extends keyof LeaseDesk>(
  desk: LeaseDesk,
  who: string,
  verb: Verb,
  fence: number | undefined,
): ReturnType<LeaseDesk[Verb]> {
  const ask = desk[verb] as (who: string, fence?: number) => ReturnType<LeaseDesk[Verb]>;
  return ask(who, fence);
}
