import type { FeedItem } from '../../src/store/store.ts';
import { decrypt, type EncryptedContent } from '../notifications/encrypted.ts';
import type { Account, Arrival, Committed } from './check.ts';
import type { Call, Sent } from './receiver.ts';
import { CERTIFICATE_ID, CLIENT_STATE, type Made } from './subscribing.ts';

/** An item of a notification as it is on the wire. */
interface Item {
  readonly subscriptionId: string;
  readonly clientState: string;
  readonly id?: string;
  readonly lifecycleEvent?: string;
  readonly resourceData?: { readonly id: string };
  readonly encryptedContent?: EncryptedContent;
}

interface Presence {
  readonly id: string;
  readonly availability: string;
  readonly activity: string;
  readonly sequenceNumber: string;
}

/** What came for one subscription, in the order of arrival. */
export interface Delivered {
  readonly atMs: number;
  readonly item: Item;
  /** It stood still on its way, with the server that sent it. */
  readonly isLate: boolean;
}

export function deliveredOf(
  calls: readonly Call[],
  isLate: (sent: Sent) => boolean,
): ReadonlyMap<string, readonly Delivered[]> {
  const delivered = new Map<string, Delivered[]>();
  for (const { body, atMs, sent } of calls) {
    const { value } = JSON.parse(body) as { readonly value: readonly Item[] };
    for (const item of value) {
      const of = delivered.get(item.subscriptionId) ?? [];
      delivered.set(item.subscriptionId, of);
      of.push({ atMs, item, isLate: isLate(sent) });
    }
  }
  return delivered;
}

/** The feed of a partition, as far as subscriptions to availability and activity hear of it. */
export class Truth {
  readonly #feed: readonly FeedItem[];

  constructor(feed: readonly FeedItem[]) {
    this.#feed = feed;
  }

  /** What a subscription was to be told, and how much of it was committed before it was promised. */
  committedFor({ scope, promisedMs }: Made): { readonly of: readonly FeedItem[]; before: number } {
    const of = this.#feed.filter(
      ({ userId, change: { before, after } }) =>
        (before.availability !== after.availability || before.activity !== after.activity) &&
        (scope === 'tenant' || scope.includes(userId)),
    );
    return { of, before: promisedMs === 0 ? 0 : this.#committedBy(promisedMs, of) };
  }

  /**
   * How many of these may have been committed by then: those before the first write that was made
   * later. What time did is stamped with its own instant, which says nothing of when it was committed.
   */
  #committedBy(atMs: number, of: readonly FeedItem[]): number {
    const later = this.#feed.find(({ change }) => 'appId' in change.cause && change.atMs > atMs);
    if (later === undefined) return of.length;
    return of.filter(({ cursor }) => cursor < later.cursor).length;
  }

  /** @param delivered of users of the partition, and what concerns all of them */
  accountOf(made: Made, delivered: readonly Delivered[], privateKey: string): Account {
    const { of, before } = this.committedFor(made);
    const committed = of.map(
      ({ userId, change: { number, after } }): Committed => ({
        userId,
        number,
        pair: `${after.availability}/${after.activity}`,
      }),
    );
    const arrivals = delivered.flatMap(({ atMs, item, isLate }): Arrival[] => {
      if (item.lifecycleEvent === 'missed') {
        return [{ kind: 'missed', committed: this.#committedBy(atMs, of) }];
      }
      return item.lifecycleEvent === undefined ? [{ ...read(item, privateKey), isLate }] : [];
    });
    return { delivery: made.delivery, committed, arrivals, before };
  }
}

function read({ id, resourceData, encryptedContent, clientState }: Item, privateKey: string) {
  if (encryptedContent === undefined)
    throw new Error('resource data was asked for, and is missing');
  const holder = { certificateId: CERTIFICATE_ID, privateKey };
  const presence = decrypt(encryptedContent, holder) as Presence;
  const { availability, activity, sequenceNumber } = presence;
  if (presence.id !== resourceData?.id) throw new Error('it says to be of somebody else');
  if (clientState !== CLIENT_STATE) throw new Error(`its client state is ${clientState}`);
  return {
    kind: 'change',
    id,
    userId: presence.id,
    number: Number(sequenceNumber.slice(1)),
    pair: `${availability}/${activity}`,
  } as const;
}

/**
 * What is wrong with a subscription without resource data. Which change a notification is of can't be
 * told; that something came after a user's last change can, and that there were as many as changes.
 */
export function plainComplaints(
  committed: readonly FeedItem[],
  delivered: readonly Delivered[],
): string[] {
  const complaints: string[] = [];
  const ids = new Map<string, Set<string>>();
  const lastMs = new Map<string, number>();
  let missedMs = 0;
  for (const { atMs, item, isLate } of delivered) {
    if (isLate) continue;
    if (item.lifecycleEvent === 'missed') missedMs = atMs;
    if (item.lifecycleEvent !== undefined) continue;
    const userId = item.resourceData?.id ?? '';
    if (item.id === undefined) complaints.push(`something of ${userId} came without an id`);
    ids.set(userId, (ids.get(userId) ?? new Set()).add(item.id ?? ''));
    lastMs.set(userId, atMs);
  }
  const final = new Map(committed.map((item) => [item.userId, item.change.atMs]));
  for (const [userId, atMs] of final) {
    if (Math.max(lastMs.get(userId) ?? 0, missedMs) < atMs) {
      complaints.push(`nothing came after the last change of ${userId}`);
    }
    const changes = committed.filter((item) => item.userId === userId).length;
    const told = ids.get(userId)?.size ?? 0;
    if (told > changes || (told < changes && missedMs === 0)) {
      complaints.push(`of the ${changes} changes of ${userId}, ${told} were told`);
    }
  }
  for (const userId of ids.keys()) {
    if (!final.has(userId)) complaints.push(`${userId} never changed`);
  }
  return complaints;
}
