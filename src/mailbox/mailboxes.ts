import type { Zone } from '../calendar/event.ts';
import type { UserKey } from '../store/store.ts';

/**
 * What is kept about a person beside their presence, id → text: their mailbox settings (`settings`), events
 * (`event ID`), and stretches of time that come from elsewhere (`spans SOURCE`).
 */
export type MailboxDocuments = ReadonlyMap<string, string>;

export interface MailboxEdit {
  readonly id: string;
  /** Undefined removes it. */
  readonly text: string | undefined;
}

/** Mailboxes of all users: the documents of each, and what follows from them for presence. */
export interface Mailboxes {
  /** All of a mailbox; empty where there is none. Sees every write whose promise has resolved. */
  read(user: UserKey): Promise<MailboxDocuments>;

  /**
   * Changes a mailbox: `change` says how, given all of it, and is asked again when another write came first.
   * Whatever it throws is thrown here, and nothing is written. Resolves when both the documents and what
   * follows from them for the user's presence survive a crash.
   * @param appId who causes what follows
   * @throws StoreUnavailable
   */
  write(
    user: UserKey,
    appId: string,
    change: (documents: MailboxDocuments) => readonly MailboxEdit[],
  ): Promise<void>;

  /** Puts the near future of a calendar into the facts again: what they hold runs out. */
  refill(user: UserKey): Promise<void>;

  /** The zone of the person's own clock: that of their settings, else UTC. */
  zoneOf(user: UserKey): Promise<Zone>;

  /** Forgets a mailbox. What it made of presence ends with it. */
  erase(user: UserKey): Promise<void>;
}
