import { eventOf } from '../time/clock-json.ts';
import type { Trace } from '../time/trace.ts';

/** What happened while the clock was moved, in order; the same as `/porchlight/clock/advance` answers. */
export interface Journey {
  /** What the clock shows now. */
  readonly dateTime: string;
  readonly events: readonly JourneyEvent[];
  /** How many more happened than are told. */
  readonly omitted: number;
}

export type JourneyEvent = PresenceEvent | SubscriptionEvent | NotificationEvent;

/** A presence became another. */
export interface PresenceEvent {
  readonly dateTime: string;
  readonly kind: 'presence';
  readonly tenantId: string;
  readonly userId: string;
  readonly before: { readonly availability: string; readonly activity: string };
  readonly after: { readonly availability: string; readonly activity: string };
  readonly cause: { readonly kind: string; readonly appId?: string };
  readonly sequenceNumber: string;
}

/** A subscription's time was over, or its token is to be renewed. */
export interface SubscriptionEvent {
  readonly dateTime: string;
  readonly kind: 'subscription';
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly event: 'expired' | 'reauthorizationRequired';
}

/** A POST of notifications is over. */
export interface NotificationEvent {
  readonly dateTime: string;
  readonly kind: 'notification';
  readonly url: string;
  readonly items: readonly {
    readonly subscriptionId: string;
    readonly userId: string | null;
    readonly lifecycleEvent: string | null;
  }[];
  /** The status that the receiver answered, or why there was none. */
  readonly outcome: number | string;
}

export function journeyOf({ events, omitted }: Trace, nowMs: number): Journey {
  const dateTime = new Date(nowMs).toISOString();
  return { dateTime, events: events.map((event) => eventOf(event) as JourneyEvent), omitted };
}
