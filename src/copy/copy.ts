import { isDeepStrictEqual } from 'node:util';
import { endOfFeeds } from '../store/place.ts';
import type { PresenceStore } from '../store/store.ts';
import { type Attendance, mustBeAlone } from './alone.ts';
import { copyDirectories } from './directories.ts';
import { type CopiedDocuments, copyDocuments } from './documents.ts';
import { CopyFailed } from './errors.ts';
import { copyFeedIndex } from './personal.ts';
import { type CopyProgress, keepProgress, readProgress } from './progress.ts';
import { UserCopy } from './user-copy.ts';

/** Users read and written at a time. */
const PAGE = 1000;

export interface CopyParts extends Attendance {
  /** For people: where `from` is, without credentials. The same store has the same one each time. */
  readonly name: string;
  readonly nowMs: () => number;
  /** At least 0 and below 1. */
  readonly random: () => number;
  /** Called once it is sure that `to` may be written: copies what is kept beside a store. Perhaps not for the first time. */
  readonly copyKey: () => Promise<void>;
  /** Told after each page how many users are there. */
  readonly onProgress: (users: number) => void;
  /** Users read and written at a time. */
  readonly pageSize?: number;
}

export interface Copied extends CopiedDocuments {
  /** How many users were there already from a copy that was broken off. */
  readonly resumedAfter: number;
}

/**
 * Copies all records and documents of a store into an empty one. The feed of changes isn't copied. Broken off
 * at any instant, it goes on where it was when it is called again. The copy isn't whole, and no server takes
 * it, before `finishCopy`.
 *
 * @throws CopyFailed when there is nothing to copy, `to` isn't empty, or a server works on either
 * @throws StoreUnavailable
 */
export async function copyStore(parts: CopyParts): Promise<Copied> {
  const { from, to, pageSize = PAGE } = parts;
  await mustBeAlone(parts);
  let progress = await begin(parts);
  const resumedAfter = progress.users;
  await parts.copyKey();
  const copy = new UserCopy(parts);
  for (const tenantId of await from.tenants()) {
    if (tenantId < progress.tenantId) continue;
    let after = tenantId === progress.tenantId ? progress.userId : '';
    for (;;) {
      const userIds = await from.users(tenantId, after, pageSize);
      const userId = userIds.at(-1);
      if (userId === undefined) break;
      await copy.write(tenantId, userIds);
      after = userId;
      progress = { ...progress, tenantId, userId, users: progress.users + userIds.length };
      await to.documents.write([keepProgress(progress)]);
      parts.onProgress(progress.users);
      await mustBeAlone(parts);
    }
  }
  await copyFeedIndex(parts);
  await copyDirectories(await from.tenants(), parts);
  await copy.forgetMarks();
  return { resumedAfter, ...(await copyDocuments(parts)) };
}

async function begin({ from, name, to }: CopyParts): Promise<CopyProgress> {
  const ends = await endOfFeeds(from);
  const anew = { from: name, ends, tenantId: '', userId: '', users: 0 };
  const found = await readProgress(to);
  if (found !== undefined) {
    if (found.from !== name) {
      throw new CopyFailed(`the store to copy to has a part of ${found.from}; empty it first`);
    }
    // Else from the start, over what is there: records change, and are never fewer than they were.
    return isDeepStrictEqual(found.ends, ends) ? found : keptBy(to, anew);
  }
  if (await isEmpty(from)) throw new CopyFailed('the store to copy from is empty');
  if (!(await isEmpty(to))) throw new CopyFailed('the store to copy to is not empty');
  return keptBy(to, anew);
}

async function keptBy({ documents }: PresenceStore, progress: CopyProgress): Promise<CopyProgress> {
  await documents.write([keepProgress(progress)]);
  return progress;
}

async function isEmpty(store: PresenceStore): Promise<boolean> {
  if ((await store.tenants()).length > 0) return false;
  return (await store.documents.all('subscriptions')).size === 0;
}
