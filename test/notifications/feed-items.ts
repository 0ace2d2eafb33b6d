import type { Presence } from '../../src/engine/presence.ts';
import type { FeedCursor, FeedItem } from '../../src/store/store.ts';
import { guid, START_MS, TENANT } from '../subscriptions/examples.ts';

const PRESENCE: Presence = {
  availability: 'Busy',
  activity: 'InACall',
  isOutOfOffice: false,
  outOfOfficeMessage: null,
  statusMessage: null,
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
