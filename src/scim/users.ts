import type { Departures } from '../directory/departures.ts';
import { UserChanged } from '../directory/errors.ts';
import type { GroupLedger } from '../directory/groups.ts';
import type { UserLedger } from '../directory/ledger.ts';
import { type User, userWith } from '../directory/user.ts';
import { isGuid } from '../graph/guid.ts';
import { StoreUnavailable } from '../store/errors.ts';
import { attributesOf } from './body.ts';
import { NO_CONTENT, type ScimCall, type ScimReply, type ScimRoute } from './call.ts';
import { invalidValue, notFound, ScimError } from './error.ts';
import { isKnown, mustMatch } from './etag.ts';
import { findUsers } from './find-users.ts';
import { type ListQuery, listQuery, listReply, searchQuery, selectionIn } from './list.ts';
import { parsePatch } from './patch.ts';
import { saidByAll } from './user-fields.ts';
import { userJson, userLocation, versionOf } from './user-json.ts';
import { patchUser } from './user-patch.ts';

/** How often a change is made anew because another one, here or elsewhere, came first. */
const MOST_TIMES = 8;

export interface UsersParts {
  readonly ledger: UserLedger;
  readonly groups: GroupLedger;
  readonly departures: Departures;
  randomUUID(): string;
  /** Told of what is done later as it can't be done now. */
  readonly onDelayed: (error: unknown) => void;
}

/** SCIM's users: who is in the directory. Source: RFC 7644, section 3. */
export function userRoutes(parts: UsersParts): readonly ScimRoute[] {
  const { ledger, groups, departures, randomUUID, onDelayed } = parts;

  function reply(status: number, user: User, call: ScimCall): ScimReply {
    const resource = userJson(
      user,
      call.base,
      (id) => groups.group(call.tenantId, id)?.displayName,
    );
    return {
      status,
      headers: { etag: versionOf(user), location: userLocation(call.base, user) },
      body: selectionIn(call.query)(resource),
    };
  }

  async function settled({ tenantId }: ScimCall): Promise<void> {
    await Promise.all([ledger.settled(tenantId), groups.settled(tenantId)]);
  }

  function meant({ tenantId, id }: ScimCall): User {
    const user = ledger.user(tenantId, id.toLowerCase());
    if (user === undefined) throw notFound(`user '${id.slice(0, 100)}'`);
    return user;
  }

  async function find(call: ScimCall, query: ListQuery): Promise<ScimReply> {
    const { tenantId, base } = call;
    await settled(call);
    const { total, items } = await findUsers(ledger, tenantId, query);
    const groupName = (id: string) => groups.group(tenantId, id)?.displayName;
    const resources = items.map((user) => query.selection(userJson(user, base, groupName)));
    return listReply(total, query.startIndex, resources);
  }

  /** @throws ScimError for who can't be kept */
  function mustBeWhole(tenantId: string, user: User): void {
    if (user.userPrincipalName === null) throw invalidValue('userName is missing.');
    if (user.externalId === null) return;
    const holder = ledger.byExternalId(tenantId, user.externalId);
    if (holder === undefined || holder.id === user.id) return;
    throw new ScimError(409, `User ${holder.id} has that externalId.`, 'uniqueness');
  }

  async function create(call: ScimCall): Promise<ScimReply> {
    const { tenantId } = call;
    const said = saidByAll(attributesOf(call.body));
    const { externalId = null } = said;
    const id = externalId !== null && isGuid(externalId) ? externalId.toLowerCase() : randomUUID();
    const user = userWith({ ...said, id, source: 'scim' });
    await settled(call);
    await finishEarlier(tenantId, user);
    mustBeWhole(tenantId, user);
    try {
      await ledger.put(tenantId, user, null);
    } catch (error) {
      if (!(error instanceof UserChanged)) throw error;
      throw new ScimError(409, `User ${id} is there already.`, 'uniqueness');
    }
    return reply(201, user, call);
  }

  /** Of somebody who was deleted nothing comes back with the same id, and their name is free. */
  async function finishEarlier(tenantId: string, user: User): Promise<void> {
    const namesake = ledger.byUserName(tenantId, user.userPrincipalName ?? '');
    const ids = new Set([user.id, ...(namesake?.isActive === false ? [namesake.id] : [])]);
    for (const userId of ids) await departures.finish({ tenantId, userId });
  }

  /** Changes a user as `next` says, given who they are; anew when somebody else was first. */
  async function change(call: ScimCall, next: (user: User) => User): Promise<ScimReply> {
    const { tenantId } = call;
    for (let times = 1; ; times++) {
      await settled(call);
      const before = meant(call);
      mustMatch(call.headers, versionOf(before));
      const after = next(before);
      mustBeWhole(tenantId, after);
      try {
        await put(tenantId, before, after);
        return reply(200, after, call);
      } catch (error) {
        if (!(error instanceof UserChanged) || times === MOST_TIMES) throw error;
      }
    }
  }

  async function put(tenantId: string, before: User, after: User): Promise<void> {
    if (before.isActive === after.isActive) {
      await ledger.put(tenantId, after, before);
      return;
    }
    const user = { tenantId, userId: after.id };
    await ledger.put(tenantId, after, before, [departures.mark(user, false)]);
    // It is kept, and marked: what can't be done now is done later.
    await departures.see(user, false).catch(onDelayed);
  }

  async function remove(call: ScimCall): Promise<ScimReply> {
    const { tenantId } = call;
    for (let times = 1; ; times++) {
      await settled(call);
      const before = meant(call);
      mustMatch(call.headers, versionOf(before));
      const user = { tenantId, userId: before.id };
      try {
        // Still known, but not to do anything: those who may see them are told that they went.
        const leaving = { ...before, isActive: false };
        await ledger.put(tenantId, leaving, before, [departures.mark(user, true)]);
        await departures.see(user, true).catch(mayBeKept);
        return NO_CONTENT;
      } catch (error) {
        if (!(error instanceof UserChanged) || times === MOST_TIMES) throw error;
      }
    }
  }

  return [
    { method: 'GET', path: '/Users', handle: (call) => find(call, listQuery(call.query)) },
    { method: 'POST', path: '/Users', handle: create },
    {
      method: 'POST',
      path: '/Users/.search',
      handle: (call) => find(call, searchQuery(call.body)),
    },
    {
      method: 'GET',
      path: '/Users/:id',
      async handle(call) {
        await settled(call);
        const user = meant(call);
        const etag = versionOf(user);
        return isKnown(call.headers, etag)
          ? { status: 304, headers: { etag } }
          : reply(200, user, call);
      },
    },
    {
      method: 'PUT',
      path: '/Users/:id',
      async handle(call) {
        const said = saidByAll(attributesOf(call.body));
        return change(call, ({ id, source, groups: theirs, isActive, externalId }) =>
          // Nobody comes back, or is another to the client, because something was left unsaid.
          userWith({ isActive, externalId, ...said, id, source, groups: theirs }),
        );
      },
    },
    {
      method: 'PATCH',
      path: '/Users/:id',
      async handle(call) {
        const operations = parsePatch(call.body);
        return change(call, (user) => patchUser(user, operations));
      },
    },
    { method: 'DELETE', path: '/Users/:id', handle: remove },
  ];
}

/** The user is marked: they are forgotten within the minute, whether or not the client asks again. */
function mayBeKept(error: unknown): never {
  if (!(error instanceof StoreUnavailable)) throw error;
  const { message, retryAfterMs } = error;
  throw new StoreUnavailable(message, retryAfterMs, { cause: error, mayBeKept: true });
}
