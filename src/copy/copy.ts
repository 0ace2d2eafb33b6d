import { isDeepStrictEqual } from 'node:util';
import type { PresenceStore } from '../store/store.ts';
import { type CopiedDocuments, copyDocuments } from './documents.ts';
import { CopyFailed } from './errors.ts';
import { type CopyProgress, FORGET_PROGRESS, keepProgress, readProgress } from './progress.ts';

/** Users read, written and read back at a time. */
const PAGE = 1000;

export interface CopyParts {
  readonly from: PresenceStore;
  /** For people: where `from` is, without credentials. */
  readonly name: string;
  readonly to: PresenceStore;
  readonly nowMs: () => number;
  /** Told after each page how many users are there. */
  readonly onProgress: (users: number) => void;
}

export interface Copied extends CopiedDocuments {
  readonly users: number;
  /** How many of these were there already from a copy that was broken off. */
  readonly resumedAfter: number;
}

/**
 * Copies all records and documents of a store into an empty one, reads each back, and compares. The feed of
 * changes isn't copied. Broken off at any instant, it goes on where it was when it is called again.
 *
 * @throws CopyFailed for a store that isn't empty, one that a server works on, and what isn't as it was written
 * @throws StoreUnavailable
 */
export async function copyStore(parts: CopyParts): Promise<Copied> {
  const { from, to } = parts;
  await mustBeAlone(from, 'the store to copy from');
  await mustBeAlone(to, 'the store to copy to');
  let progress = await begin(parts);
  const resumedAfter = progress.users;
  for (const tenantId of await from.tenants()) {
    if (tenantId < progress.tenantId) continue;
    let after = tenantId === progress.tenantId ? progress.userId : '';
    for (;;) {
      const userIds = await from.users(tenantId, after, PAGE);
      const userId = userIds.at(-1);
      if (userId === undefined) break;
      await copyUsers(tenantId, userIds, parts);
      after = userId;
      progress = { ...progress, tenantId, userId, users: progress.users + userIds.length };
      await to.documents.write([keepProgress(progress)]);
      parts.onProgress(progress.users);
    }
  }
  const documents = await copyDocuments(from, to, parts.nowMs());
  if (!isDeepStrictEqual(await endsOf(from), progress.ends)) {
    throw new CopyFailed('the store to copy from has changed meanwhile; copy it again');
  }
  await mustBeAlone(from, 'the store to copy from');
  await to.documents.write([FORGET_PROGRESS]);
  return { users: progress.users, resumedAfter, ...documents };
}

async function begin({ from, name, to }: CopyParts): Promise<CopyProgress> {
  const ends = await endsOf(from);
  const found = await readProgress(to);
  if (found !== undefined) {
    const isSame = found.from === name && isDeepStrictEqual(found.ends, ends);
    // From the start, over what is there: users are never fewer than they were.
    return isSame ? found : { from: name, ends, tenantId: '', userId: '', users: 0 };
  }
  if ((await to.tenants()).length > 0 || (await to.documents.all('subscriptions')).size > 0) {
    throw new CopyFailed('the store to copy to is not empty');
  }
  const progress = { from: name, ends, tenantId: '', userId: '', users: 0 };
  await to.documents.write([keepProgress(progress)]);
  return progress;
}

async function copyUsers(
  tenantId: string,
  userIds: readonly string[],
  { from, to, nowMs }: CopyParts,
): Promise<void> {
  const records = await from.read(tenantId, userIds);
  await Promise.all(
    userIds.map((userId, at) => {
      const record = records[at];
      if (record === undefined) return undefined;
      return to.update({ tenantId, userId }, nowMs(), () => ({ record, changes: [] }));
    }),
  );
  const copies = await to.read(tenantId, userIds);
  for (const [at, userId] of userIds.entries()) {
    if (isDeepStrictEqual(copies[at], records[at])) continue;
    throw new CopyFailed(`user ${userId} of tenant ${tenantId} is not there as it was copied`);
  }
}

function endsOf(store: PresenceStore): Promise<string[]> {
  const partitions = Array.from({ length: store.partitions }, (_, partition) => partition);
  return Promise.all(partitions.map(async (each) => (await store.feedBounds(each)).end));
}

async function mustBeAlone({ leases }: PresenceStore, what: string): Promise<void> {
  const others = (await leases.attend()).filter((member) => member !== leases.self);
  if (others.length === 0) return;
  throw new CopyFailed(`${what} is in use by ${others.join(', ')}; stop that first`);
}
