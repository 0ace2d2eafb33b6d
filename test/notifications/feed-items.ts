import type { Presence } from '../../src/engine/presence.ts';
import { Lane } from '../../src/notifications/lane.ts';
import { subscriberOf } from '../../src/notifications/subscriber.ts';
import { FEED_START, type FeedCursor, type FeedItem } from '../../src/store/store.ts';
import type { DeliveryMode, Subscription } from '../../src/subscriptions/subscription.ts';
import { exampleSubscription, guid, START_MS, TENANT } from '../subscriptions/examples.ts';

const PRESENCE: Presence = {
  availability: 'Busy',
  activity: 'InACall',
  isOutOfOffice: false,
  outOfOfficeMessage: null,
  statusMessage: null,
  workLocation: null,
};

/** The place after so many entries. */
export function place(number: number): FeedCursor {
  return String(number).padStart(8, '0');
}

/** Entry `number` of a feed, about a user, a ms later than the one before. */
export function feedItem(number: number, user: number, after: Partial<Presence> = {}): FeedItem {
  return {
    tenantId: TENANT,
    userId: guid(user),
    partition: 0,
    cursor: place(number),
    change: {
      number,
      atMs: START_MS + number,
      before: PRESENCE,
      after: { ...PRESENCE, ...after },
      cause: { kind: 'time' },
    },
  };
}

export function laneFor(delivery: DeliveryMode = 'latest', from = FEED_START): Lane {
  return laneOf(exampleSubscription({ delivery }), from);
}

/** A lane of the first partition, which is this server's. */
export function laneOf(subscription: Subscription, from = FEED_START): Lane {
  const to = { subscriber: subscriberOf(subscription) };
  return new Lane({ to, partition: 0, from, isOurs: () => true });
}

/** Offers entries of these users, from entry `first` on, each seen up to the one before. */
export function offer(lane: Lane, users: readonly number[], first = 1): readonly FeedItem[] {
  const items = users.map((user, at) => feedItem(first + at, user));
  for (const [at, item] of items.entries()) {
    if (!lane.offer(item, place(first + at - 1))) throw new Error('the lane has no room');
  }
  return items;
}

export function numbers(items: readonly FeedItem[]): readonly number[] {
  return items.map(({ change }) => change.number);
}
