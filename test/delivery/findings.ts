import { partitionOfUser } from '../../src/store/partition.ts';
import { FEED_START, type FeedItem, type PresenceStore } from '../../src/store/store.ts';
import { type Delivered, deliveredOf, plainComplaints, Truth } from './accounts.ts';
import { type Account, complaintsAbout, neverCame } from './check.ts';
import type { MoodyReceiver, Sent } from './receiver.ts';
import type { Subscribers } from './subscribers.ts';
import type { Made } from './subscribing.ts';

/** What a run came to. */
export interface Findings {
  readonly complaints: readonly string[];
  /** Committed, whoever subscribed to them. */
  readonly changes: number;
  /** Of them, those that nobody wrote. */
  readonly fades: number;
  readonly notifications: number;
  /** Of them, those that had come before. */
  readonly repetitions: number;
  /** Of them, those that a server had stood still with. */
  readonly late: number;
  readonly announced: number;
}

export interface Found {
  readonly receiver: MoodyReceiver;
  readonly subscribers: Subscribers;
  readonly tenantId: string;
  /** Whether a call stood still on its way, with the server that sent it. */
  readonly isLate?: (sent: Sent) => boolean;
}

/** What is kept of a partition. */
interface Kept {
  readonly feed: readonly FeedItem[];
  /** By subscription: how many count as lost. */
  readonly lost: ReadonlyMap<string, number>;
}

/** Compares what has come with the feeds of the store, which no server serves any more. */
export async function look(
  { receiver, subscribers, tenantId, isLate = () => false }: Found,
  store: PresenceStore,
): Promise<Findings> {
  const kept = await Promise.all(
    Array.from({ length: store.partitions }, (_, partition) => readPartition(store, partition)),
  );
  const delivered = deliveredOf(receiver.calls, isLate);
  const accounts = kept.map(({ feed, lost }, partition) => {
    const isHere = ({ item: { resourceData } }: Delivered) =>
      resourceData === undefined ||
      partitionOfUser({ tenantId, userId: resourceData.id }, store.partitions) === partition;
    return { truth: new Truth(feed), lost, isHere };
  });
  const { privateKey } = subscribers;
  const complaints = subscribers.made.flatMap((made) => {
    const came = delivered.get(made.id) ?? [];
    // Whatever is promised of a user is promised in the user's partition alone.
    const found = accounts.flatMap(({ truth, lost, isHere }) => {
      const here = came.filter(isHere);
      if (!made.isRich) return plainComplaints(truth.committedFor(made).of, here);
      return complaintsOfRich(truth.accountOf(made, here, privateKey), lost.get(made.id) ?? 0);
    });
    return [...found, ...sharedIds(came)].map((each) => `${describe(made)}: ${each}`);
  });
  const all = [...delivered.values()].flat();
  const notifications = all.filter(({ item }) => item.lifecycleEvent === undefined);
  const feeds = kept.flatMap(({ feed }) => feed);
  return {
    complaints,
    changes: feeds.length,
    fades: feeds.filter(({ change }) => !('appId' in change.cause)).length,
    notifications: notifications.length,
    repetitions: notifications.length - new Set(notifications.map(({ item }) => item.id)).size,
    late: notifications.filter((each) => each.isLate).length,
    announced: all.filter(({ item }) => item.lifecycleEvent === 'missed').length,
  };
}

function describe({ path, delivery }: Made): string {
  return `${path}, ${delivery}`;
}

function complaintsOfRich(account: Account, lost: number): string[] {
  const complaints = complaintsAbout(account);
  const missing = account.delivery === 'each' ? neverCame(account) : 0;
  if (missing > lost) complaints.push(`${missing} never came, and ${lost} count as lost`);
  return complaints;
}

/** Ids that came for users of different partitions: neither account would notice. */
function sharedIds(delivered: readonly Delivered[]): string[] {
  const users = new Map<string, string>();
  return delivered.flatMap(({ item: { id, resourceData } }) => {
    if (id === undefined || resourceData === undefined) return [];
    const known = users.get(id) ?? resourceData.id;
    users.set(id, known);
    return known === resourceData.id ? [] : [`${id} is of two users`];
  });
}

async function readPartition(store: PresenceStore, partition: number): Promise<Kept> {
  const { entries: feed } = await store.feed(partition, FEED_START, Number.MAX_SAFE_INTEGER);
  const lost = new Map<string, number>();
  for (const [id, text] of await store.documentsOf(partition).all('deliveries')) {
    lost.set(id, (JSON.parse(text) as { readonly lost: number }).lost);
  }
  return { feed, lost };
}
