import type { Clock } from '../clock.ts';
import { GraphError } from '../graph/error.ts';
import { compileBody } from '../http/body.ts';
import type { Gate } from '../http/dispatcher.ts';
import type { Route } from '../http/route.ts';
import type { Mishaps } from '../notifications/mishaps.ts';
import type { SubscriptionService } from '../subscriptions/service.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import { isAimedAt, type Resolve } from './aim.ts';
import { type OrderJson, orderSchema } from './fault-schema.ts';
import { createFaultGate } from './gate.ts';
import { createMishaps, targetOf } from './mishaps.ts';
import { readOrder } from './read-order.ts';
import { faultRoutes } from './routes.ts';
import type { Rule } from './rule.ts';
import { MOST_RULES, Rules } from './rules.ts';

export interface FaultsParts {
  readonly clock: Clock;
  /** A clock that never steps. */
  readonly steadyClock: Clock;
  /** The object id that a name means in a tenant. */
  readonly resolve: Resolve;
  /** Names of the operations that requests may be for; asked with each order. */
  readonly operations: () => ReadonlySet<string>;
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
  /** Operations by which faults are ordered. */
  readonly routes: readonly Route[];
  /**
   * Orders a fault. What is to happen at once has happened when it resolves.
   * @param order as the body of the operation
   * @throws GraphError 400 naming the field that makes no sense; 409 when too many stand
   */
  order(order: unknown): Promise<Rule>;
}

export function openFaults(parts: FaultsParts): Faults {
  const { clock, steadyClock, resolve, operations, subscriptions, onError } = parts;
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

  async function order(json: unknown): Promise<Rule> {
    checkOrder(json);
    const read = readOrder(json as OrderJson, operations());
    const rule = rules.add(read);
    if (rule === undefined) {
      throw new GraphError(409, 'Conflict', `${MOST_RULES} faults stand already: remove some.`);
    }
    const { fault } = read;
    if (fault.kind === 'expire' && !fault.isWhenTouched) await expireNow(rule, fault.isAnnounced);
    return rule;
  }

  return { gate, mishaps, rules, order, routes: faultRoutes({ rules, order }) };
}

const checkOrder = compileBody(orderSchema);
