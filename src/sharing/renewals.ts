import type { Clock } from '../clock.ts';
import type { Lease, Leases } from '../store/store.ts';
import type { Held } from './held.ts';

export interface RenewalsParts {
  readonly leases: Leases;
  readonly held: Held;
  readonly clock: Clock;
  /** Told when the store fails. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * How to renew all that is held: in one call, or, from the first that fails or isn't answered by the next
 * beat until all are well again, each by itself. Of a store that is spread over several servers one may be
 * away, and leases that lie on the others must not run out with those that lie there.
 */
export function createRenewals(parts: RenewalsParts): () => Promise<void> {
  const { leases, held, clock, onFailure } = parts;
  let isTogether = false;
  let hasFailed = false;
  /** Bounds what is under way: one call for all, and one for each. */
  const alone = new Set<number>();

  async function renew(asked: readonly Lease[]): Promise<void> {
    const sentMs = clock.nowMs();
    try {
      held.renewed(asked, await leases.renew(asked), sentMs);
    } catch (error) {
      hasFailed = true;
      onFailure(error);
    }
  }

  async function renewTogether(all: readonly Lease[]): Promise<void> {
    isTogether = true;
    await renew(all);
    isTogether = false;
  }

  async function renewAlone(lease: Lease): Promise<void> {
    alone.add(lease.partition);
    await renew([lease]);
    alone.delete(lease.partition);
  }

  return async () => {
    const all = held.all().map(({ lease }) => lease);
    if (all.length === 0) return;
    if (!isTogether && !hasFailed && alone.size === 0) return renewTogether(all);
    hasFailed = false;
    await Promise.all(all.filter(({ partition }) => !alone.has(partition)).map(renewAlone));
  };
}
