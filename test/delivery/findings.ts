import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { FEED_START } from '../../src/store/store.ts';
import { deliveredOf, plainComplaints, Truth } from './accounts.ts';
import { type Account, complaintsAbout, neverCame } from './check.ts';
import type { RunOutcome } from './run.ts';

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
  readonly announced: number;
}

/** Compares what has come with the feed of the store, which no server serves any more. */
export async function look(
  { receiver, subscribers }: RunOutcome,
  dataDir: string,
): Promise<Findings> {
  const { feed, lost } = await readStore(dataDir);
  const truth = new Truth(feed);
  const delivered = deliveredOf(receiver.calls);
  const complaints = subscribers.made.flatMap((made) => {
    const came = delivered.get(made.id) ?? [];
    const found = made.isRich
      ? complaintsOfRich(truth.accountOf(made, came, subscribers.privateKey), lost(made.id))
      : plainComplaints(truth.committedFor(made).of, came);
    return found.map((complaint) => `${made.path}, ${made.delivery}: ${complaint}`);
  });
  const items = [...delivered.values()].flat().map(({ item }) => item);
  const notifications = items.filter(({ lifecycleEvent }) => lifecycleEvent === undefined);
  return {
    complaints,
    changes: feed.length,
    fades: feed.filter(({ change }) => change.cause.kind === 'time').length,
    notifications: notifications.length,
    repetitions: notifications.length - new Set(notifications.map(({ id }) => id)).size,
    announced: items.filter(({ lifecycleEvent }) => lifecycleEvent === 'missed').length,
  };
}

function complaintsOfRich(account: Account, lost: number): string[] {
  const complaints = complaintsAbout(account);
  const missing = account.delivery === 'each' ? neverCame(account) : 0;
  if (missing > lost) complaints.push(`${missing} never came, and ${lost} count as lost`);
  return complaints;
}

async function readStore(path: string) {
  const store = await openLmdbStore({ path });
  try {
    const { entries: feed } = await store.feed(0, FEED_START, Number.MAX_SAFE_INTEGER);
    const lanes = await store.documents.all('deliveries');
    const lost = (id: string) =>
      (JSON.parse(lanes.get(id) ?? '') as { readonly lost: number }).lost;
    return { feed, lost };
  } finally {
    await store.close();
  }
}
