import { decrypt, type Holder, Unreadable } from '../../notifications/decrypt.ts';
import type { Change, ClientStateCheck, Lifecycle } from './event.ts';
import type { Notification } from './notification.ts';

/** What notifications are read with. */
export interface Expected {
  /** The clientState of our subscriptions. */
  readonly clientState: string;
  /** Without one, resource data is for somebody else. */
  readonly holder: Holder | undefined;
  /** Names of users by their object ids. */
  readonly names: ReadonlyMap<string, string>;
}

/** What a notification says. Never throws: whatever is wrong with it is told too. */
export function interpret(notification: Notification, expected: Expected): Change | Lifecycle {
  const { subscriptionId, lifecycleEvent, userId } = notification;
  const clientState = check(notification.clientState, expected.clientState);
  if (lifecycleEvent !== undefined) {
    return { event: 'lifecycle', subscriptionId, clientState, lifecycleEvent };
  }
  const user = expected.names.get(userId) ?? userId;
  const change: Change = { event: 'change', subscriptionId, clientState, userId, user };
  return { ...change, ...resourceData(notification, expected) };
}

function check(given: string | undefined, wanted: string): ClientStateCheck {
  if (given === undefined) return 'missing';
  return given === wanted ? 'ok' : 'wrong';
}

function resourceData(
  { encryptedContent }: Notification,
  { holder }: Expected,
): Pick<Change, 'presence' | 'unreadable'> {
  if (encryptedContent === undefined) return {};
  if (holder === undefined) return { unreadable: 'encrypted, and --rich was not given' };
  try {
    return { presence: decrypt(encryptedContent, holder) };
  } catch (error) {
    if (error instanceof Unreadable) return { unreadable: error.message };
    throw error;
  }
}
