import type { Clock } from '../clock.ts';
import type { Courier } from './courier.ts';
import type { Ledger } from './ledger.ts';
import type { Registry } from './registry.ts';
import { dueMs, endMs } from './rules/due.ts';
import type { Subscription } from './subscription.ts';

export interface UpkeepParts {
  readonly ledger: Ledger;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly courier: Pick<Courier, 'announce'>;
  /** Whether this server is the one that does what is due for it. */
  readonly isOurTurn: (subscription: Subscription) => boolean;
  /** Told of one that isn't due yet. */
  readonly onEarly: (subscription: Subscription) => void;
  /** Told of what was done because its time had come. */
  readonly onDue?: (
    event: 'expired' | 'reauthorizationRequired',
    subscription: Subscription,
  ) => void;
}

/** What happens to a subscription without its owner's doing. Rejects as the ledger does. */
export interface Upkeep {
  /** Ends it, and says so to its lifecycle address. */
  end(subscription: Subscription): Promise<void>;
  /** Does what is due for it by now, if it is there and it is our turn; whether to look again. */
  attend(id: string): Promise<boolean>;
}

export function createUpkeep(parts: UpkeepParts): Upkeep {
  const { ledger, registry, clock, courier, isOurTurn, onEarly, onDue } = parts;

  const end = (subscription: Subscription) =>
    ledger.remove(subscription, courier.announce(subscription, 'subscriptionRemoved'));

  function askForReauthorization(subscription: Subscription): Promise<void> {
    const asked = { ...subscription, reauthorizationAskedForMs: endMs(subscription) };
    return ledger.replace(subscription, asked, courier.announce(asked, 'reauthorizationRequired'));
  }

  return {
    end,

    async attend(id) {
      const current = registry.get(id);
      if (current === undefined) return false;
      const nowMs = clock.nowMs();
      if (dueMs(current) > nowMs) {
        // Renewed meanwhile: its next time comes.
        onEarly(current);
        return false;
      }
      // Whose turn it is may stop before doing it.
      if (!isOurTurn(current)) return true;
      const isOver = current.expiresMs <= nowMs;
      await (isOver ? end(current) : askForReauthorization(current));
      onDue?.(isOver ? 'expired' : 'reauthorizationRequired', current);
      return false;
    },
  };
}
