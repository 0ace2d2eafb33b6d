import type { Courier } from './courier.ts';
import type { Ledger } from './ledger.ts';
import { endMs, reauthorizationDueMs } from './rules/due.ts';
import type { Subscription } from './subscription.ts';

export interface UpkeepParts {
  readonly ledger: Ledger;
  readonly courier: Courier;
}

/** What happens to a subscription without its owner's doing. */
export interface Upkeep {
  /** Ends it, and says so to its lifecycle address. */
  end(subscription: Subscription): Promise<void>;
  /** Does what is due by now, if anything is; whether there was. */
  attend(subscription: Subscription, nowMs: number): Promise<boolean>;
}

export function createUpkeep({ ledger, courier }: UpkeepParts): Upkeep {
  function end(subscription: Subscription): Promise<void> {
    return ledger.remove(
      subscription,
      courier.end(subscription),
      courier.announce(subscription, 'subscriptionRemoved'),
    );
  }

  return {
    end,

    async attend(subscription, nowMs) {
      if (subscription.expiresMs <= nowMs) {
        await end(subscription);
        return true;
      }
      if (reauthorizationDueMs(subscription) > nowMs) return false;
      const asked = { ...subscription, reauthorizationAskedForMs: endMs(subscription) };
      await ledger.put(asked, courier.announce(asked, 'reauthorizationRequired'));
      return true;
    },
  };
}
