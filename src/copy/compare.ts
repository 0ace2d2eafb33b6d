import { isDeepStrictEqual } from 'node:util';
import { endOfFeeds } from '../store/place.ts';
import { type Attendance, mustBeAlone } from './alone.ts';
import { CopyFailed } from './errors.ts';
import { samePersonal } from './personal.ts';
import { FORGET_PROGRESS, readProgress } from './progress.ts';

const PAGE = 1000;

export interface CompareParts extends Attendance {
  /** Told after each page how many users are as they should be. */
  readonly onProgress: (users: number) => void;
}

/**
 * Compares each record of a copy with its source, and says that the copy is whole; how many users it has. The
 * copy is to have been opened anew: stores remember what was written last, and this one shall look.
 *
 * @throws CopyFailed for what isn't as it was, and when the source has changed since the copy was begun
 * @throws StoreUnusable for what is damaged
 * @throws StoreUnavailable
 */
export async function finishCopy(parts: CompareParts): Promise<number> {
  const { from, to, onProgress } = parts;
  await mustBeAlone(parts);
  const progress = await readProgress(to);
  if (progress === undefined) throw new CopyFailed('no copy was begun into the store to copy to');
  let users = 0;
  for (const tenantId of await from.tenants()) {
    for (let after = ''; ; ) {
      const userIds = await from.users(tenantId, after, PAGE);
      const last = userIds.at(-1);
      if (last === undefined) break;
      await compare(tenantId, userIds, parts);
      after = last;
      users += userIds.length;
      onProgress(users);
      await mustBeAlone(parts);
    }
  }
  if (!isDeepStrictEqual(await endOfFeeds(from), progress.ends)) {
    throw new CopyFailed(
      'the store to copy from has changed meanwhile; run porchlight store copy again',
    );
  }
  await to.documents.write([FORGET_PROGRESS]);
  return users;
}

async function compare(
  tenantId: string,
  userIds: readonly string[],
  stores: Attendance,
): Promise<void> {
  const { from, to } = stores;
  const [records, copies] = await Promise.all([
    from.read(tenantId, userIds),
    to.read(tenantId, userIds),
  ]);
  const areSame = await Promise.all(
    userIds.map(async (userId, at) => {
      // One that has nothing left to say may expire at any moment.
      const isSame = records[at] === undefined || isDeepStrictEqual(copies[at], records[at]);
      return isSame && samePersonal({ tenantId, userId }, stores);
    }),
  );
  const wrong = userIds[areSame.indexOf(false)];
  if (wrong === undefined) return;
  throw new CopyFailed(
    `user ${wrong} of tenant ${tenantId} is not there as it was copied; empty the store to copy to and begin anew`,
  );
}
