/** `waiting`: it was never fetched. `failed`: the last attempt was in vain; what was read before still counts. */
export type FeedState = 'waiting' | 'good' | 'failed';

/** Whose eyes a calendar is read with: another zone or another address may make other spans of it. */
export interface Reading {
  /** Name of the zone in which times without one are meant. */
  readonly home: string;
  /** The owner's mail addresses, by which invitations name them. */
  readonly addresses: readonly string[];
}

/** A person's calendar at an address: what was asked for, and what became of it. Instants are Unix times in ms. */
export interface Feed {
  /** Greater for each feed that a person has had: what is still under way for an earlier one counts no more. */
  readonly generation: number;
  readonly url: string;
  /** The owner's mail addresses; null for those that the directory knows. */
  readonly addresses: readonly string[] | null;
  readonly state: FeedState;
  readonly lastFetchedMs: number | null;
  readonly lastGoodMs: number | null;
  readonly nextFetchMs: number;
  /** Attempts in vain since the last good one. */
  readonly failures: number;
  /** In words; null unless `failed`. */
  readonly failure: string | null;
  /** Events of the last good reading, and parts of it that couldn't be read. */
  readonly events: number;
  readonly skipped: number;
  /** What the last good answer is known by; sent back to be told that nothing is new. */
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly content: FeedContent | null;
}

/** What was made of the last good answer. */
export interface FeedContent {
  /** Of its bytes. */
  readonly hash: string;
  readonly readAs: Reading;
  /** Until when its spans are known. */
  readonly knownUntilMs: number;
  /** When it is expanded again, though it be the same: half of what is known has passed by then. */
  readonly expandAtMs: number;
  /** How long the calendar itself asks to be left alone; 0 when it says nothing. */
  readonly restMs: number;
}

/** A feed that was just asked for. */
export function newFeed(
  asked: Pick<Feed, 'generation' | 'url' | 'addresses'>,
  nextFetchMs: number,
): Feed {
  return {
    ...asked,
    state: 'waiting',
    lastFetchedMs: null,
    lastGoodMs: null,
    nextFetchMs,
    failures: 0,
    failure: null,
    events: 0,
    skipped: 0,
    etag: null,
    lastModified: null,
    content: null,
  };
}

/** Whether what was made of a calendar is still what would be made of it now. */
export function isCurrent(
  content: Pick<FeedContent, 'readAs' | 'expandAtMs'> | null,
  readAs: Reading,
  nowMs: number,
): boolean {
  return content !== null && nowMs < content.expandAtMs && isSame(content.readAs, readAs);
}

function isSame(a: Reading, b: Reading): boolean {
  return a.home === b.home && a.addresses.join('\n') === b.addresses.join('\n');
}
