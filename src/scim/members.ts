import { setImmediate } from 'node:timers/promises';
import { UserChanged } from '../directory/errors.ts';
import type { UserLedger } from '../directory/ledger.ts';
import type { User } from '../directory/user.ts';
import { invalidValue } from './error.ts';

/** Users looked at before others have their turn. */
const SLICE = 2000;

/** Users written at once. */
const WRITES = 100;

/** How often a change of one user is made anew because another one came first. */
const MOST_TIMES = 8;

/** As many groups as anybody would have; more are a mistake, and would make each of their documents large. */
const MOST_GROUPS = 1000;

/** How the members of a group change: all of them, or some. */
export interface MemberChange {
  /** Those and no others, but for what `changed` says; undefined leaves those there are. */
  readonly all: ReadonlySet<string> | undefined;
  /** By user id, whether they are to be in it. */
  readonly changed: ReadonlyMap<string, boolean>;
}

/** Who is in which group. Each user says it of themselves, so it ends with them. */
export interface Members {
  /** The members of several groups, by group; a look through all users of the tenant. */
  of(tenantId: string, groupIds: readonly string[]): Promise<ReadonlyMap<string, readonly User[]>>;
  /** @throws ScimError 400 for one who is nobody, or in too many groups already */
  check(tenantId: string, groupId: string, userIds: Iterable<string>): void;
  /**
   * Changes who is in a group. Not all at once: broken off, it is half done, and can be done again.
   * @throws ScimError 400 as `check`; nothing has changed then
   */
  change(tenantId: string, groupId: string, change: MemberChange): Promise<void>;
}

export function createMembers(ledger: UserLedger): Members {
  async function of(tenantId: string, groupIds: readonly string[]) {
    const members = new Map<string, User[]>(groupIds.map((id) => [id, []]));
    for (let start = 0; ; start += SLICE) {
      const users = ledger.page(tenantId, start, SLICE);
      for (const user of users) {
        for (const id of user.groups) members.get(id)?.push(user);
      }
      if (users.length < SLICE) return members;
      await setImmediate();
    }
  }

  /** By user id, who is to be in it and isn't, or the other way round. */
  async function wanted(
    tenantId: string,
    groupId: string,
    { all, changed }: MemberChange,
  ): Promise<ReadonlyMap<string, boolean>> {
    if (all === undefined) return changed;
    const present = (await of(tenantId, [groupId])).get(groupId) ?? [];
    const isIn = new Map(present.map(({ id }) => [id, false]));
    for (const id of all) isIn.set(id, true);
    for (const [id, is] of changed) isIn.set(id, is);
    return isIn;
  }

  async function changeOne(tenantId: string, groupId: string, userId: string, isIn: boolean) {
    for (let times = 1; ; times++) {
      const user = ledger.user(tenantId, userId);
      if (user === undefined || user.groups.includes(groupId) === isIn) return;
      const groups = isIn
        ? [...user.groups, groupId].sort()
        : user.groups.filter((id) => id !== groupId);
      try {
        await ledger.put(tenantId, { ...user, groups }, user);
        return;
      } catch (error) {
        if (!(error instanceof UserChanged) || times === MOST_TIMES) throw error;
        await ledger.settled(tenantId);
      }
    }
  }

  function check(tenantId: string, groupId: string, userIds: Iterable<string>): void {
    for (const userId of userIds) mustFit(ledger.user(tenantId, userId), groupId, userId);
  }

  return {
    of,
    check,

    async change(tenantId, groupId, change) {
      await ledger.settled(tenantId);
      const changes = [...(await wanted(tenantId, groupId, change))];
      const joining = changes.filter(([, isIn]) => isIn);
      check(
        tenantId,
        groupId,
        joining.map(([userId]) => userId),
      );
      for (let at = 0; at < changes.length; at += WRITES) {
        const some = changes.slice(at, at + WRITES);
        await Promise.all(some.map(([id, isIn]) => changeOne(tenantId, groupId, id, isIn)));
      }
    },
  };
}

/** Groups in groups aren't kept: nobody sends them, and nothing here would ask. */
function mustFit(user: User | undefined, groupId: string, userId: string): void {
  if (user === undefined)
    throw invalidValue(`members: there is no user '${userId.slice(0, 100)}'.`);
  if (user.groups.length >= MOST_GROUPS && !user.groups.includes(groupId)) {
    throw invalidValue(`members: user ${userId} is in ${MOST_GROUPS} groups already.`);
  }
}
