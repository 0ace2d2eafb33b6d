import type { DeliveryHealth } from '../subscriptions/subscription.ts';
import type { Endpoint } from './endpoint.ts';
import type { Lane } from './lane.ts';

/** A lane and where it leads. */
export interface Delivery {
  readonly lane: Lane;
  endpoint: Endpoint;
}

/** Since when nothing could be delivered: its endpoint fails, or its token has ended; undefined if it can. */
export function stuckSinceMs({ lane, endpoint }: Delivery, nowMs: number): number | undefined {
  const { authorizedUntilMs } = lane.subscription;
  const { failingSinceMs } = endpoint.health;
  if (nowMs < authorizedUntilMs) return failingSinceMs ?? undefined;
  return Math.min(authorizedUntilMs, failingSinceMs ?? authorizedUntilMs);
}

/** How it goes, for whoever looks after it. */
export function deliveryHealth({ lane, endpoint }: Delivery, nowMs: number): DeliveryHealth {
  const { health } = endpoint;
  const isPaused = nowMs >= lane.subscription.authorizedUntilMs;
  return {
    state: isPaused ? 'paused' : health.state(nowMs),
    queued: lane.waiting,
    isBehind: lane.isBehind,
    lastSuccessMs: health.lastSuccessMs,
    failingSinceMs: health.failingSinceMs,
    lastFailure: health.lastFailure,
    nextAttemptMs: health.nextAttemptMs > nowMs ? health.nextAttemptMs : null,
    lost: lane.lost,
  };
}
