import type { DocumentEdit, FeedBounds, FeedCursor, PresenceStore } from '../store/store.ts';
import { type Letter, readLetters } from './letter.ts';

/** What is kept of a lane. Whatever else it knows, it reads again from the feed. */
export interface KeptLane {
  /** Where it reads on after a restart; null for the place of the tail. */
  readonly place: FeedCursor | null;
  readonly lost: number;
  readonly failingSinceMs: number | null;
}

/** What an earlier run left of delivery. */
export interface KeptDelivery {
  /** How far the feed was looked at; its end where nobody had subscribed. */
  readonly tail: FeedCursor;
  /** The feed's bounds at the start of this run. */
  readonly bounds: FeedBounds;
  readonly lanes: ReadonlyMap<string, KeptLane>;
  readonly letters: readonly Letter[];
}

const LANES = 'deliveries';
const TAIL = { collection: 'notifier', id: 'tail' } as const;

/** Reads what an earlier run left. */
export async function readDelivery(store: PresenceStore): Promise<KeptDelivery> {
  const { documents } = store;
  const bounds = await store.feedBounds(0);
  const tail = (await documents.all(TAIL.collection)).get(TAIL.id);
  const lanes = new Map<string, KeptLane>();
  for (const [id, text] of await documents.all(LANES)) lanes.set(id, JSON.parse(text) as KeptLane);
  return {
    // Without a lane the place was left where it was, and nobody needs what came since.
    tail: lanes.size === 0 ? bounds.end : (tail ?? bounds.end),
    bounds,
    lanes,
    letters: await readLetters(documents),
  };
}

/** The edits that keep how far everything is, and what was kept last: what hasn't changed isn't kept again. */
export class Progress {
  #tail: FeedCursor | undefined;
  readonly #lanes = new Map<string, string>();

  constructor({ lanes }: KeptDelivery) {
    for (const [id, lane] of lanes) this.#lanes.set(id, JSON.stringify(lane));
  }

  /** The difference between what was kept and this: all of it goes into one write. */
  edits(tail: FeedCursor, lanes: ReadonlyMap<string, KeptLane>): DocumentEdit[] {
    const edits: DocumentEdit[] = [];
    for (const [id, lane] of lanes) {
      if (this.#lanes.get(id) !== JSON.stringify(lane)) edits.push(keepLane(id, lane));
    }
    for (const id of this.#lanes.keys()) if (!lanes.has(id)) edits.push(forgetLane(id));
    if (tail !== this.#tail && lanes.size > 0) edits.push(keepTail(tail));
    return edits;
  }

  /** These edits were kept. */
  kept(edits: readonly DocumentEdit[]): void {
    for (const { collection, id, text } of edits) {
      if (collection === TAIL.collection) this.#tail = text;
      else if (collection !== LANES) continue;
      else if (text === undefined) this.#lanes.delete(id);
      else this.#lanes.set(id, text);
    }
  }
}

export function keepTail(tail: FeedCursor): DocumentEdit {
  return { ...TAIL, text: tail };
}

export function keepLane(id: string, lane: KeptLane): DocumentEdit {
  return { collection: LANES, id, text: JSON.stringify(lane) };
}

export function forgetLane(id: string): DocumentEdit {
  return { collection: LANES, id, text: undefined };
}
