import type { DeliveryHealth } from '../subscriptions/subscription.ts';
import type { Addressee } from './addressee.ts';
import type { Endpoint } from './endpoint.ts';
import type { Lane } from './lane.ts';

/** A lane and where it leads. */
export interface Delivery {
  readonly lane: Lane;
  readonly to: Addressee;
}

/** Since when nothing could be delivered: its endpoint fails, or its token has ended; undefined if it can. */
export function stuckSinceMs({ to }: Delivery, nowMs: number): number | undefined {
  const { authorizedUntilMs } = to.subscriber.subscription;
  const { failingSinceMs } = to.endpoint.health;
  if (nowMs < authorizedUntilMs) return failingSinceMs ?? undefined;
  return Math.min(authorizedUntilMs, failingSinceMs ?? authorizedUntilMs);
}

/** What waits for a subscription, and what it lost, in some of the partitions or all. */
export interface Backlog {
  readonly queued: number;
  readonly isBehind: boolean;
  readonly lost: number;
}

/** How it goes, for whoever looks after it. */
export function deliveryHealth(
  { subscriber, endpoint }: Addressee,
  backlogs: readonly Backlog[],
  nowMs: number,
): DeliveryHealth {
  const { health } = endpoint;
  const isPaused = nowMs >= subscriber.subscription.authorizedUntilMs;
  const sum = (count: (backlog: Backlog) => number) =>
    backlogs.reduce((total, backlog) => total + count(backlog), 0);
  return {
    state: isPaused ? 'paused' : health.state(nowMs),
    queued: sum(({ queued }) => queued),
    isBehind: backlogs.some(({ isBehind }) => isBehind),
    lastSuccessMs: health.lastSuccessMs,
    failingSinceMs: health.failingSinceMs,
    lastFailure: health.lastFailure,
    nextAttemptMs: health.nextAttemptMs > nowMs ? health.nextAttemptMs : null,
    lost: sum(({ lost }) => lost),
  };
}

/** The endpoints that lanes lead to, each once. */
export function endpointsOf(deliveries: Iterable<Delivery>): ReadonlySet<Endpoint> {
  const endpoints = new Set<Endpoint>();
  for (const { to } of deliveries) endpoints.add(to.endpoint);
  return endpoints;
}
