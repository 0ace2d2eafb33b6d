import type { Clock } from '../clock.ts';
import type { Gate } from '../http/dispatcher.ts';
import type { Route } from '../http/route.ts';
import type { Mishaps } from '../notifications/mishaps.ts';
import type { SubscriptionService } from '../subscriptions/service.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import { isAimedAt, type Resolve } from './aim.ts';
import { createFaultGate } from './gate.ts';
import { createMishaps, targetOf } from './mishaps.ts';
import { faultRoutes } from './routes.ts';
import type { Rule } from './rule.ts';
import { Rules } from './rules.ts';

export interface FaultsParts {
  readonly clock: Clock;
  /** A clock that never steps. */
  readonly steadyClock: Clock;
  /** The object id that a name means in a tenant. */
  readonly resolve: Resolve;
  /** Asked for only once faults strike: they are part of what the subscriptions work with. */
  readonly subscriptions: () => Pick<SubscriptionService, 'expire'>;
  /** Told when a subscription couldn't be ended. */
  readonly onError: (error: unknown) => void;
}

/** Faults on demand: what goes wrong with requests and notifications because somebody ordered it. */
export interface Faults {
  readonly gate: Gate;
  readonly mishaps: Mishaps;
  readonly rules: Rules;
  /** @param routes the operations that faults can be ordered for */
  routes(routes: readonly Route[]): readonly Route[];
}

export function openFaults(parts: FaultsParts): Faults {
  const { clock, steadyClock, resolve, subscriptions, onError } = parts;
  const rules = new Rules(resolve);
  const gate = createFaultGate({
    rules,
    steadyClock,
    resolve,
    expire: ({ tenantId, appId, userId }, id, isAnnounced) =>
      subscriptions().expire(
        (each) =>
          each.id === id.toLowerCase() &&
          each.tenantId === tenantId &&
          each.appId === appId &&
          each.userId === userId,
        isAnnounced,
      ),
  });
  const mishaps = createMishaps({
    rules,
    clock,
    expire: (id, isAnnounced) =>
      subscriptions()
        .expire((each) => each.id === id, isAnnounced)
        .catch(onError),
  });

  /** Those that there are, in the order in which they were made; and nothing after that. */
  async function expireNow(rule: Rule, isAnnounced: boolean): Promise<void> {
    const strikes = (each: Subscription) =>
      isAimedAt(rule.order.aim, targetOf(each), resolve) && rule.strike();
    try {
      await subscriptions().expire(strikes, isAnnounced);
      rule.end();
    } catch (error) {
      rules.remove(rule.number);
      throw error;
    }
  }

  return {
    gate,
    mishaps,
    rules,
    routes: (routes) =>
      faultRoutes({
        rules,
        operations: new Set(routes.map(({ operation }) => operation)),
        expireNow,
      }),
  };
}
