import type { Clock } from '../clock.ts';
import { AS_USUAL, type Fate, type Mishaps } from '../notifications/mishaps.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import type { Target } from './aim.ts';
import type { Fault } from './fault.ts';
import type { Rules } from './rules.ts';

const KINDS: ReadonlySet<Fault['kind']> = new Set([
  'lose',
  'duplicate',
  'delay',
  'expire',
] as const);

export interface MishapsParts {
  readonly rules: Rules;
  readonly clock: Clock;
  /** Ends a subscription. Never rejects. */
  readonly expire: (subscriptionId: string, isAnnounced: boolean) => Promise<void>;
}

/** Lets notifications go wrong as the rules say: the first one that strikes decides. */
export function createMishaps({ rules, clock, expire }: MishapsParts): Mishaps {
  /** Those that are being ended: nothing more comes of them. */
  const ending = new Set<string>();

  async function end({ id }: Subscription, isAnnounced: boolean): Promise<void> {
    ending.add(id);
    await expire(id, isAnnounced);
    ending.delete(id);
  }

  function fateBy(fault: Fault, subscription: Subscription): Fate {
    const nowMs = clock.nowMs();
    switch (fault.kind) {
      case 'lose':
        return { ...AS_USUAL, isSent: false, isMissed: fault.isAnnounced };
      case 'duplicate':
        return { ...AS_USUAL, againMs: nowMs + fault.afterMs };
      case 'delay': {
        const atMs = nowMs + fault.delayMs;
        if (!fault.isOvertaken) return { ...AS_USUAL, notBeforeMs: atMs };
        return { ...AS_USUAL, isSent: false, againMs: atMs };
      }
      case 'expire':
        void end(subscription, fault.isAnnounced);
        return { ...AS_USUAL, isSent: false };
      default:
        return AS_USUAL;
    }
  }

  return {
    fateOf(subscription, { userId }) {
      if (ending.has(subscription.id)) return { ...AS_USUAL, isSent: false };
      for (const { order } of rules.strike(targetOf(subscription, userId), KINDS)) {
        return fateBy(order.fault, subscription);
      }
      return AS_USUAL;
    },
  };
}

/** What rules look at in a subscription, and in a notification for it. */
export function targetOf(subscription: Subscription, userId?: string): Target {
  const { id, tenantId, appId, userId: maker } = subscription;
  const users = [userId, maker].filter((each) => typeof each === 'string');
  return { tenantId, appId, users, subscriptionId: id };
}
