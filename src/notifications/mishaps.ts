import type { FeedItem } from '../store/store.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

/** What is to become of a notification. */
export interface Fate {
  /** Until then it waits, and with it what comes after it for the same subscription. */
  readonly notBeforeMs: number;
  /** Whether it is sent in its turn. If not, it counts as sent. */
  readonly isSent: boolean;
  /** Whether it counts as lost instead, and is announced as missed. */
  readonly isMissed: boolean;
  /** When one of it comes by itself, out of turn; undefined for never. */
  readonly againMs: number | undefined;
}

export const AS_USUAL: Fate = Object.freeze({
  notBeforeMs: 0,
  isSent: true,
  isMissed: false,
  againMs: undefined,
});

/** Decides what goes wrong on the way to receivers, for those who want to see what they make of it. */
export interface Mishaps {
  /** Asked once for each notification, in the order in which they come up to be sent. */
  fateOf(subscription: Subscription, item: FeedItem): Fate;
}
