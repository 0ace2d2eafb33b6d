import type { ByteWriter } from '../bytes.ts';
import { encodeFeedEntry, encodeRecord } from '../codec.ts';
import { isHistory } from '../is-history.ts';
import { type Draft, type Drafts, dueArgument, idleArgument } from './drafts.ts';
import type { Arg, Link } from './link.ts';
import type { Partition } from './partition.ts';
import { bytesOrNone, integer } from './reply.ts';
import { COMMIT } from './script.ts';

/** What became of a group. */
export interface Committed {
  /** It came too late, and nothing was written. */
  readonly isLate: boolean;
  /** The drafts were made with another floor than the partition has, so nothing was written now. */
  readonly isFloorUnknown: boolean;
  /** Drafts that weren't written, with the value that is there instead. */
  readonly refused: ReadonlyMap<Draft, Buffer | undefined>;
  /** It was sent again on the way: the first sending may have been carried out, too. */
  readonly isResent: boolean;
}

export interface CommitTerms {
  /** What the records written are known by, different each time. */
  readonly version: Buffer;
  /** The floor that the drafts were made with. */
  readonly floorMs: number;
  /** How long a record with nothing left to say is kept. */
  readonly keepIdleMs: number;
  /** Who says on the channel that there are changes. */
  readonly origin: string;
  /** How many replicas must have it. */
  readonly replicas: number;
}

const LATE = 0;
const FLOOR_UNKNOWN = 2;

/** Commits a group in one script. The bytes are in `writer`, which must not be reset before it is over. */
export async function commit(
  link: Link,
  partition: Partition,
  writer: ByteWriter,
  drafts: Drafts,
  { version, floorMs, keepIdleMs, origin, replicas }: CommitTerms,
): Promise<Committed> {
  const all = drafts.all;
  const { state, feed, due, users, idle, history, changes } = partition.keys;
  const keys: Arg[] = [state, feed, due, users, idle];
  const terms = [partition.deadlineMs(), floorMs, version, keepIdleMs, origin, replicas];
  const args: Arg[] = [changes, ...terms, history, all.length];
  const places = new Map<Draft, number>();
  for (const [at, draft] of all.entries()) {
    places.set(draft, at + 1);
    keys.push(draft.key);
    args.push(draft.found.version);
    if (draft.isCheck) args.push('', '=', '=');
    else args.push(encodeRecord(writer, draft), dueArgument(draft), idleArgument(draft));
  }
  for (const { draft, change } of drafts.changes) {
    const entry = encodeFeedEntry(writer, { ...draft.user, change });
    args.push(places.get(draft) ?? 0, entry, isHistory(change) ? change.number : '');
  }
  const { outcome, others, isResent } = await partition.write(link, COMMIT, keys, args);
  const refused = new Map<Draft, Buffer | undefined>();
  for (let at = 0; at < others.length; at += 2) {
    const draft = all[integer(others[at]) - 1];
    if (draft !== undefined) refused.set(draft, bytesOrNone(others[at + 1]));
  }
  return {
    isLate: outcome === LATE,
    isFloorUnknown: outcome === FLOOR_UNKNOWN,
    refused,
    isResent,
  };
}
