import { readPlace } from '../store/place.ts';
import type { DocumentEdit, DocumentStore, FeedCursor } from '../store/store.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

/** What is kept of a subscription in a partition. Whatever else a lane knows, it reads again from the feed. */
export interface KeptLane {
  /** Where the next holder reads on; null for the place of the tail. */
  readonly place: FeedCursor | null;
  readonly lost: number;
  readonly failingSinceMs: number | null;
}

/** What the last holder left of a partition's delivery. */
export interface KeptDelivery {
  /** How far the feed was looked at for all that have no place of their own; undefined where nobody had subscribed. */
  readonly tail: FeedCursor | undefined;
  readonly lanes: ReadonlyMap<string, KeptLane>;
}

const LANES = 'deliveries';
const TAIL = { collection: 'notifier', id: 'tail' } as const;

/** What is kept of a subscription that nothing waits for. */
const AT_REST = JSON.stringify({ place: null, lost: 0, failingSinceMs: null } satisfies KeptLane);

/** Reads what the last holder of a partition left. @throws StoreUnavailable */
export async function readDelivery(documents: DocumentStore): Promise<KeptDelivery> {
  // In this order: nobody else writes any more, and a lane that is there has a tail to go with it.
  const lanes = new Map<string, KeptLane>();
  for (const [id, text] of await documents.all(LANES)) lanes.set(id, JSON.parse(text) as KeptLane);
  const tail = (await documents.all(TAIL.collection)).get(TAIL.id);
  // Without a lane the place was left where it was, and nobody needs what came since.
  return { tail: lanes.size === 0 ? undefined : tail, lanes };
}

/**
 * Where delivery of a partition goes on for a subscription that the next holder knows: at its own place, or
 * with the tail where it has none, or where it begins if no holder ever got as far as to know it. Undefined
 * where nothing tells.
 */
export function resumesAt(
  { begins, id }: Pick<Subscription, 'begins' | 'id'>,
  { lanes, tail }: KeptDelivery,
  partition: number,
  partitions: number,
): FeedCursor | undefined {
  const was = lanes.get(id);
  return was === undefined ? beginsAt(begins, tail, partition, partitions) : (was.place ?? tail);
}

/** Where it begins in a partition; one that says nothing of that store begins with the tail. */
export function beginsAt(
  begins: string,
  tail: FeedCursor | undefined,
  partition: number,
  partitions: number,
): FeedCursor | undefined {
  try {
    return readPlace(begins, partitions)[partition];
  } catch {
    return tail;
  }
}

/**
 * What was kept of a partition, and the edits that are missing. There is a document for each subscription
 * that ever got as far as here: one without was never known to a holder of this partition, and its delivery
 * begins where the subscription says, however far the tail is.
 */
export class Progress {
  #tail: FeedCursor | undefined;
  readonly #kept = new Map<string, string>();
  /** At rest, and perhaps not kept as that. */
  readonly #resting = new Set<string>();
  readonly #gone = new Set<string>();

  constructor({ lanes, tail }: KeptDelivery) {
    for (const [id, lane] of lanes) this.#kept.set(id, sparing(JSON.stringify(lane)));
    this.#tail = tail;
  }

  /** It is at rest, where it may not have been before. */
  rests(id: string): void {
    if (this.#kept.get(id) !== AT_REST) this.#resting.add(id);
  }

  /** There is nothing to be kept of it. */
  forget(id: string): void {
    this.#resting.delete(id);
    this.#gone.add(id);
  }

  /** The difference between what was kept and this: all of it goes into one write. */
  edits(tail: FeedCursor, lanes: ReadonlyMap<string, KeptLane>): DocumentEdit[] {
    const edits: DocumentEdit[] = [];
    const keep = (id: string, text: string) => {
      if (this.#kept.get(id) !== text) edits.push({ collection: LANES, id, text });
    };
    for (const [id, lane] of lanes) keep(id, JSON.stringify(lane));
    for (const id of this.#resting) if (!lanes.has(id)) keep(id, AT_REST);
    for (const id of this.#gone) edits.push({ collection: LANES, id, text: undefined });
    const isNeeded = this.#kept.size > 0 || edits.length > 0;
    if (tail !== this.#tail && isNeeded) edits.push({ ...TAIL, text: tail });
    return edits;
  }

  /** These edits were kept. */
  kept(edits: readonly DocumentEdit[]): void {
    for (const { collection, id, text } of edits) {
      if (collection === TAIL.collection) this.#tail = text;
      else if (text === undefined) {
        this.#kept.delete(id);
        this.#gone.delete(id);
      } else {
        this.#kept.set(id, sparing(text));
        if (text === AT_REST) this.#resting.delete(id);
      }
    }
  }

  /** These edits may have been kept or not: they are made again, as things are then. */
  unsure(edits: readonly DocumentEdit[]): void {
    this.#tail = undefined;
    for (const { collection, id } of edits) {
      if (collection !== LANES || this.#gone.has(id)) continue;
      this.#kept.delete(id);
      this.#resting.add(id);
    }
  }
}

/** Most are at rest: they share one text. */
function sparing(text: string): string {
  return text === AT_REST ? AT_REST : text;
}
