import type { Courier } from './courier.ts';
import type { Ledger } from './ledger.ts';
import { endMs } from './rules/due.ts';
import type { Subscription } from './subscription.ts';

export interface UpkeepParts {
  readonly ledger: Ledger;
  readonly courier: Pick<Courier, 'announce'>;
}

/** What happens to a subscription without its owner's doing. Rejects as the ledger does. */
export interface Upkeep {
  /** Ends it, and says so to its lifecycle address. */
  end(subscription: Subscription): Promise<void>;
  /** Does what is due for it by now. */
  attend(subscription: Subscription, nowMs: number): Promise<void>;
}

export function createUpkeep({ ledger, courier }: UpkeepParts): Upkeep {
  const end = (subscription: Subscription) =>
    ledger.remove(subscription, courier.announce(subscription, 'subscriptionRemoved'));

  return {
    end,

    attend(subscription, nowMs) {
      if (subscription.expiresMs <= nowMs) return end(subscription);
      const asked = { ...subscription, reauthorizationAskedForMs: endMs(subscription) };
      return ledger.replace(
        subscription,
        asked,
        courier.announce(asked, 'reauthorizationRequired'),
      );
    },
  };
}
