import { GroupChanged } from '../directory/errors.ts';
import type { GroupLedger } from '../directory/groups.ts';
import type { UserLedger } from '../directory/ledger.ts';
import type { Group } from '../directory/stored-group.ts';
import { isGuid } from '../graph/guid.ts';
import { type Attributes, attributesOf, textOf } from './body.ts';
import { NO_CONTENT, type ScimCall, type ScimReply, type ScimRoute } from './call.ts';
import { notFound, ScimError } from './error.ts';
import { parseFilter } from './filter.ts';
import { GROUP_FIELDS, groupJson, groupLocation, type WholeGroup } from './group-json.ts';
import { type GroupChange, groupName, patchGroup } from './group-patch.ts';
import { findIn, type ListQuery, listQuery, listReply, searchQuery, selectionIn } from './list.ts';
import { createMembers } from './members.ts';
import { parsePatch } from './patch.ts';
import { selects } from './selection.ts';
import { memberIds } from './user-fields.ts';

/** How often a change is made anew because another one came first. */
const MOST_TIMES = 8;

export interface GroupsParts {
  readonly ledger: UserLedger;
  readonly groups: GroupLedger;
  randomUUID(): string;
}

/** SCIM's groups, as far as rules of who sees whom go by them. Source: RFC 7644, section 3. */
export function groupRoutes({ ledger, groups, randomUUID }: GroupsParts): readonly ScimRoute[] {
  const members = createMembers(ledger);

  async function settled({ tenantId }: ScimCall): Promise<void> {
    await Promise.all([ledger.settled(tenantId), groups.settled(tenantId)]);
  }

  function meant({ tenantId, id }: ScimCall): Group {
    const group = groups.group(tenantId, id.toLowerCase());
    if (group === undefined) throw notFound(`group '${id.slice(0, 100)}'`);
    return group;
  }

  async function reply(status: number, group: Group, call: ScimCall): Promise<ScimReply> {
    const selection = selectionIn(call.query);
    const theirs = selects(selection, 'members')
      ? (await members.of(call.tenantId, [group.id])).get(group.id)
      : undefined;
    return {
      status,
      headers: { location: groupLocation(call.base, group) },
      body: selection(groupJson({ group, members: theirs }, call.base)),
    };
  }

  async function find(call: ScimCall, query: ListQuery): Promise<ScimReply> {
    const { tenantId, base } = call;
    await settled(call);
    const filter = query.filter === undefined ? undefined : parseFilter(query.filter, GROUP_FIELDS);
    const all = candidates(tenantId, filter?.equals).map(
      (group): WholeGroup => ({ group, members: undefined }),
    );
    // A look through all users, and so for all groups at once; mostly Entra asks for none.
    const asksForMembers = filter?.names.has('members') === true;
    const known = asksForMembers ? await withMembers(tenantId, all) : all;
    const slice = (start: number, limit: number) => known.slice(start, start + limit);
    const { total, items } = await findIn(slice, filter?.matches ?? (() => true), query);
    // Those that were asked for by their members have them already.
    const lacksMembers = !asksForMembers && selects(query.selection, 'members');
    const shown = lacksMembers ? await withMembers(tenantId, items) : items;
    const resources = shown.map((each) => query.selection(groupJson(each, base)));
    return listReply(total, query.startIndex, resources);
  }

  function candidates(tenantId: string, equals?: ReadonlyMap<string, string>): readonly Group[] {
    const name = equals?.get('displayname');
    if (name === undefined) return groups.all(tenantId);
    const group = groups.byName(tenantId, name);
    return group === undefined ? [] : [group];
  }

  async function withMembers(
    tenantId: string,
    all: readonly WholeGroup[],
  ): Promise<readonly WholeGroup[]> {
    if (all.length === 0) return all;
    const found = await members.of(
      tenantId,
      all.map(({ group }) => group.id),
    );
    return all.map(({ group }) => ({ group, members: found.get(group.id) ?? [] }));
  }

  async function create(call: ScimCall): Promise<ScimReply> {
    const { tenantId } = call;
    const given = attributesOf(call.body);
    const externalId = textOf(given.get('externalid'), 'externalId');
    const id = externalId !== null && isGuid(externalId) ? externalId.toLowerCase() : randomUUID();
    const group = { id, displayName: groupName(given.get('displayname')), externalId };
    const all = new Set(memberIds(given.get('members')));
    await settled(call);
    members.check(tenantId, id, all);
    try {
      await groups.put(tenantId, group, null);
    } catch (error) {
      if (!(error instanceof GroupChanged)) throw error;
      throw new ScimError(409, `Group ${id} is there already.`, 'uniqueness');
    }
    await members.change(tenantId, id, { all, changed: new Map() });
    return reply(201, group, call);
  }

  /** Changes a group as `next` says, given what it is; anew when somebody else was first. */
  async function change(call: ScimCall, next: (group: Group) => GroupChange): Promise<Group> {
    const { tenantId } = call;
    for (let times = 1; ; times++) {
      await settled(call);
      const before = meant(call);
      const { group, members: changes } = next(before);
      await members.change(tenantId, group.id, changes);
      try {
        await groups.put(tenantId, group, before);
        return group;
      } catch (error) {
        if (!(error instanceof GroupChanged) || times === MOST_TIMES) throw error;
      }
    }
  }

  return [
    { method: 'GET', path: '/Groups', handle: (call) => find(call, listQuery(call.query)) },
    { method: 'POST', path: '/Groups', handle: create },
    {
      method: 'POST',
      path: '/Groups/.search',
      handle: (call) => find(call, searchQuery(call.body)),
    },
    {
      method: 'GET',
      path: '/Groups/:id',
      async handle(call) {
        await settled(call);
        return reply(200, meant(call), call);
      },
    },
    {
      method: 'PUT',
      path: '/Groups/:id',
      async handle(call) {
        const given = attributesOf(call.body);
        return reply(200, await change(call, (group) => replaced(group, given)), call);
      },
    },
    {
      method: 'PATCH',
      path: '/Groups/:id',
      async handle(call) {
        const operations = parsePatch(call.body);
        const group = await change(call, (before) => patchGroup(before, operations));
        // A group may have more members than anybody wants to read; who does says so.
        return call.query.has('attributes') ? reply(200, group, call) : NO_CONTENT;
      },
    },
    {
      method: 'DELETE',
      path: '/Groups/:id',
      async handle(call) {
        await settled(call);
        const { id } = meant(call);
        // The group last: broken off, it is there to be deleted again.
        await members.change(call.tenantId, id, { all: new Set(), changed: new Map() });
        await groups.remove(call.tenantId, id);
        return NO_CONTENT;
      },
    },
  ];
}

/** What a client says of a group as a whole; what it leaves unsaid stays. */
function replaced({ id, externalId }: Group, given: Attributes): GroupChange {
  return {
    group: {
      id,
      displayName: groupName(given.get('displayname')),
      externalId: given.has('externalid')
        ? textOf(given.get('externalid'), 'externalId')
        : externalId,
    },
    members: {
      all: given.has('members') ? new Set(memberIds(given.get('members'))) : undefined,
      changed: new Map(),
    },
  };
}
