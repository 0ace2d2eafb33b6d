import type { ByteWriter } from '../bytes.ts';
import { encodeFeedEntry, encodeRecord } from '../codec.ts';
import { type Draft, type Drafts, dueArgument, idleArgument } from './drafts.ts';
import { DUE, FEED, IDLE, LEASE, STATE, USERS } from './keys.ts';
import type { Arg, Link } from './link.ts';
import { bytesOrNone, integer, list } from './reply.ts';
import { COMMIT } from './script.ts';

/** What became of a group. */
export type Committed =
  | {
      readonly isOurs: true;
      /** Drafts that weren't written, with the value that is there instead. */
      readonly refused: ReadonlyMap<Draft, Buffer | undefined>;
    }
  /** The lease is another's, or has run out, or it came too late. */
  | { readonly isOurs: false };

export interface CommitTerms {
  /** The value of our lease. */
  readonly lease: Buffer;
  /** Until when it may be carried out, by Redis' clock. */
  readonly deadlineMs: number;
  /** What the records written are known by, different each time. */
  readonly version: Buffer;
  /** How long a record with nothing left to say is kept. */
  readonly keepIdleMs: number;
}

/** Commits a group in one script. The bytes are in `writer`, which must not be reset before it is over. */
export async function commit(
  link: Link,
  writer: ByteWriter,
  drafts: Drafts,
  { lease, deadlineMs, version, keepIdleMs }: CommitTerms,
): Promise<Committed> {
  const all = drafts.all;
  const keys: Arg[] = [LEASE, STATE, FEED, DUE, USERS, IDLE];
  const args: Arg[] = [lease, deadlineMs, version, keepIdleMs, all.length];
  const places = new Map<Draft, number>();
  for (const [at, draft] of all.entries()) {
    places.set(draft, at + 1);
    keys.push(draft.key);
    args.push(draft.found?.version ?? '');
    if (draft.isCheck) args.push('', '=', '=');
    else args.push(encodeRecord(writer, draft), dueArgument(draft), idleArgument(draft));
  }
  for (const { draft, change } of drafts.changes) {
    args.push(places.get(draft) ?? 0, encodeFeedEntry(writer, { ...draft.user, change }));
  }
  const [isOurs, ...others] = list(await link.run(COMMIT, keys, args));
  if (integer(isOurs) !== 1) return { isOurs: false };
  const refused = new Map<Draft, Buffer | undefined>();
  for (let at = 0; at < others.length; at += 2) {
    const draft = all[integer(others[at]) - 1];
    if (draft !== undefined) refused.set(draft, bytesOrNone(others[at + 1]));
  }
  return { isOurs: true, refused };
}
