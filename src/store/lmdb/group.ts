import type { Advanced } from '../../engine/advance.ts';
import { NEVER_MS } from '../../engine/facts.ts';
import type { Slot } from '../record-cache.ts';
import type { DocumentEdit, FeedEntry, UserKey } from '../store.ts';
import type { Placed } from './feed.ts';
import { documentName } from './keys.ts';

/** What a user's record is to be after a group's commit. Updates of one group collapse into it. */
export interface Draft extends Slot {
  record: Slot['record'];
  armedMs: number;
  /** The due entry the group finds there, `NEVER_MS` without one. */
  readonly foundArmedMs: number;
}

/** Everything that one commit keeps, and the wait for it. */
export class Group {
  readonly feed: FeedEntry[] = [];
  /** Entries at the start of the feed to forget. */
  readonly forget: Placed[] = [];
  /** Entries of users' histories to forget, wherever they stand in the feed. */
  readonly erase: Placed[] = [];
  /** Documents by name: their text, or undefined for one to forget. */
  readonly documents = new Map<string, string | undefined>();
  /** How long the texts of the documents were together, those replaced since as well. */
  characters = 0;
  /** How many callers wait. */
  waiting = 0;
  readonly done: Promise<void>;
  readonly kept: () => void;
  readonly lost: (reason: Error) => void;
  /**
   * By user id, which is cheaper than a name made of both ids. A user whose id is taken by one of
   * another tenant goes by both.
   */
  readonly #drafts = new Map<string, Draft>();

  constructor() {
    let kept: () => void = () => {};
    let lost: (reason: Error) => void = () => {};
    this.done = new Promise((resolve, reject) => {
      kept = resolve;
      lost = reject;
    });
    // Whoever waits hears of it; a group that nobody waits for is no unhandled rejection.
    this.done.catch(() => {});
    this.kept = kept;
    this.lost = lost;
  }

  get drafts(): IterableIterator<Draft> {
    return this.#drafts.values();
  }

  draft(user: UserKey): Draft | undefined {
    const draft = this.#drafts.get(user.userId);
    if (draft === undefined || draft.tenantId === user.tenantId) return draft;
    return this.#drafts.get(bothIds(user));
  }

  /** Adds what a step made of what it `found`. */
  add(
    user: UserKey,
    found: Slot | undefined,
    armedMs: number,
    { record, changes }: Advanced,
  ): void {
    const { tenantId, userId } = user;
    const draft = this.draft(user);
    if (draft === undefined) {
      const foundArmedMs = found === undefined ? NEVER_MS : found.armedMs;
      const name = this.#drafts.has(userId) ? bothIds(user) : userId;
      this.#drafts.set(name, { tenantId, userId, record, armedMs, foundArmedMs });
    } else {
      draft.record = record;
      draft.armedMs = armedMs;
    }
    for (const change of changes) this.feed.push({ tenantId, userId, change });
  }

  /** Adds an edit, over any before it of the same document. */
  edit({ collection, id, text }: DocumentEdit): void {
    this.documents.set(documentName(collection, id), text);
    this.characters += text?.length ?? 0;
  }
}

function bothIds({ tenantId, userId }: UserKey): string {
  return `${tenantId}/${userId}`;
}
