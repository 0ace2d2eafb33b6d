import { createHash } from 'node:crypto';
import { onNewest } from '../store/on-newest.ts';
import type { DocumentEdit, DocumentStore } from '../store/store.ts';
import { UserChanged, UserNameTaken } from './errors.ts';
import type { KeptUsers } from './kept-users.ts';
import { directoryCollection, nameCollection, storedText } from './stored-user.ts';
import type { User } from './user.ts';

/**
 * Keeps users that somebody provisions, for all servers on the store. What was written through another server is
 * known here a moment later; who must know awaits `settled` before reading.
 *
 * Each call is about a tenant that is served; any other one knows nobody, and writing to it is a RangeError.
 */
export interface UserLedger {
  /** Resolves when all that was written before the call is known here. Rejects with StoreUnavailable. */
  settled(tenantId: string): Promise<void>;
  user(tenantId: string, userId: string): User | undefined;
  /** How many users are kept. */
  size(tenantId: string): number;
  /** Users in the order of their ids: those from place `start`, 0 for the first, up to `limit` of them. */
  page(tenantId: string, start: number, limit: number): readonly User[];
  /** Who has that user name (the user principal name), in any case. */
  byUserName(tenantId: string, userName: string): User | undefined;
  byExternalId(tenantId: string, externalId: string): User | undefined;
  /**
   * Keeps a user as given, but for the source; resolves when that survives a crash, and is known here.
   *
   * @param was whom the caller read and changed, or null for one who is new; without it, whoever is there
   * @param also edits that are made with it, or not at all
   * @throws UserNameTaken when another user has the name; nothing is kept then
   * @throws UserChanged when somebody else is there than `was`
   * @throws StoreUnavailable
   */
  put(
    tenantId: string,
    user: User,
    was?: User | null,
    also?: readonly DocumentEdit[],
  ): Promise<User>;
  /**
   * Forgets a user; whether there was one.
   *
   * @param was whom the caller read; without it, whoever is there
   * @throws UserChanged when somebody else is there than `was`
   * @throws StoreUnavailable
   */
  remove(tenantId: string, userId: string, was?: User): Promise<boolean>;
}

export interface LedgerParts {
  readonly documents: DocumentStore;
  /** The kept users of a tenant; undefined for a tenant that isn't served. */
  readonly keptOf: (tenantId: string) => KeptUsers | undefined;
}

export function createLedger({ documents, keptOf }: LedgerParts): UserLedger {
  function keptIn(tenantId: string): KeptUsers {
    const kept = keptOf(tenantId);
    if (kept === undefined) throw new RangeError(`tenant ${tenantId} is not served`);
    return kept;
  }

  /** Writes what `edits` makes of the users as they are known, and makes it anew when somebody else was first. */
  async function write(
    tenantId: string,
    edits: (holderOf: HolderOf) => readonly DocumentEdit[],
  ): Promise<void> {
    const { settled } = keptIn(tenantId);
    let guards: ReadonlyMap<string, string> = new Map();
    let asksForGuard = false;
    const holderOf = (name: string) => {
      asksForGuard = true;
      return guards.get(guardId(name)) ?? null;
    };
    const lookAgain = async () => {
      await settled();
      // All names of the tenant: only for who takes one.
      if (asksForGuard) guards = await documents.all(nameCollection(tenantId));
      asksForGuard = false;
    };
    await onNewest(lookAgain, () => documents.write(edits(holderOf)));
    // It is kept, and that is the answer; if it can't be read back now, it is known here a little later.
    await settled().catch(() => {});
  }

  return {
    settled: (tenantId) => keptOf(tenantId)?.settled() ?? Promise.resolve(),
    user: (tenantId, userId) => keptOf(tenantId)?.users.get(userId),
    size: (tenantId) => keptOf(tenantId)?.users.size ?? 0,
    page: (tenantId, start, limit) => keptOf(tenantId)?.users.page(start, limit) ?? [],
    byUserName: (tenantId, userName) => keptOf(tenantId)?.users.named(userName),
    byExternalId: (tenantId, externalId) => keptOf(tenantId)?.users.calledOutside(externalId),

    async put(tenantId, given, was, also = []) {
      const user: User = { ...given, source: 'scim' };
      const { users, textOf } = keptIn(tenantId);
      await write(tenantId, (holderOf) => {
        const current = users.get(user.id);
        if (was !== undefined && !isSame(current, was)) throw new UserChanged(user.id);
        return [
          {
            collection: directoryCollection(tenantId),
            id: user.id,
            text: storedText(user),
            was: textOf(user.id),
          },
          ...renaming(tenantId, users, current, user, holderOf),
          ...also,
        ];
      });
      return user;
    },

    async remove(tenantId, userId, was) {
      const { users, textOf } = keptIn(tenantId);
      let isThere = false;
      await write(tenantId, () => {
        const current = users.get(userId);
        if (was !== undefined && !isSame(current, was)) throw new UserChanged(userId);
        isThere = current !== undefined;
        if (current === undefined) return [];
        const name = current.userPrincipalName;
        return [
          {
            collection: directoryCollection(tenantId),
            id: userId,
            text: undefined,
            was: textOf(userId),
          },
          ...(name === null ? [] : [{ ...guardOf(tenantId, name), text: undefined }]),
        ];
      });
      return isThere;
    },
  };
}

/** The id of the user whose guard a name has in the store, as far as that was looked up; else null. */
type HolderOf = (name: string) => string | null;

/**
 * Two servers may give one name to two users at the same time; in the store the name is a document of its own,
 * of which only one can be made.
 */
function renaming(
  tenantId: string,
  users: KeptUsers['users'],
  before: User | undefined,
  user: User,
  holderOf: HolderOf,
): DocumentEdit[] {
  const old = before?.userPrincipalName?.toLowerCase() ?? null;
  const name = user.userPrincipalName;
  const edits: DocumentEdit[] = [];
  if (old !== null && old !== name?.toLowerCase()) {
    edits.push({ ...guardOf(tenantId, old), text: undefined });
  }
  if (name === null) return edits;
  const taken = users.named(name);
  if (taken !== undefined && taken.id !== user.id) throw new UserNameTaken(name, taken.id);
  if (old === name.toLowerCase()) return edits;
  // A guard that nobody stands behind is one of a user whose document was damaged.
  return [...edits, { ...guardOf(tenantId, name), text: user.id, was: holderOf(name) }];
}

function isSame(current: User | undefined, was: User | null): boolean {
  if (current === undefined || was === null) return current === undefined && was === null;
  return storedText(current) === storedText(was);
}

function guardOf(tenantId: string, name: string): { collection: string; id: string } {
  return { collection: nameCollection(tenantId), id: guardId(name) };
}

/** A name may have any characters, the id of a document not. */
function guardId(name: string): string {
  return createHash('sha256').update(name.toLowerCase()).digest('base64url');
}
