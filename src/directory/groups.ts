import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { createDocumentTail } from '../presence/document-tail.ts';
import { onNewest } from '../store/on-newest.ts';
import type { DocumentEdit, DocumentStore } from '../store/store.ts';
import { GroupChanged, GroupNameTaken } from './errors.ts';
import {
  type Group,
  groupCollection,
  groupNameCollection,
  groupText,
  parseGroup,
} from './stored-group.ts';

/** Keeps groups that somebody provisions, for all servers on the store. Users say themselves which they are in. */
export interface GroupLedger {
  /** Resolves when all that was written before the call is known here. Rejects with StoreUnavailable. */
  settled(tenantId: string): Promise<void>;
  group(tenantId: string, groupId: string): Group | undefined;
  /** What it is called, in any case. */
  byName(tenantId: string, displayName: string): Group | undefined;
  /** In the order of their ids. */
  all(tenantId: string): readonly Group[];
  /** Of these ids those that are groups, and their names: a rule may go by either. */
  namesAndIds(tenantId: string, groupIds: readonly string[]): readonly string[];
  /**
   * Keeps a group; resolves when that survives a crash, and is known here.
   *
   * @param was what the caller read and changed, or null for one that is new
   * @throws GroupNameTaken when another group is called so
   * @throws GroupChanged when something else is there than `was`
   * @throws StoreUnavailable
   */
  put(tenantId: string, group: Group, was: Group | null): Promise<void>;
  /** Forgets a group; whether there was one. @throws StoreUnavailable */
  remove(tenantId: string, groupId: string): Promise<boolean>;
}

export interface KeptGroupsParts {
  readonly documents: DocumentStore;
  /** The tenants that are served. */
  readonly tenants: readonly string[];
  readonly steadyClock: Clock;
  /** Told when the documents can't be read, or one of them makes no sense: it is passed over. */
  readonly onError: (error: unknown) => void;
}

/** The groups of all tenants, as this server knows them, whichever server wrote them. */
export interface KeptGroups extends GroupLedger {
  stop(): Promise<void>;
}

export function openGroups(parts: KeptGroupsParts): KeptGroups {
  const { documents, tenants } = parts;
  const tables = new Map(tenants.map((tenantId) => [tenantId, follow(tenantId, parts)]));

  function tableOf(tenantId: string): Table {
    const table = tables.get(tenantId);
    if (table === undefined) throw new RangeError(`tenant ${tenantId} is not served`);
    return table;
  }

  async function write(table: Table, edits: () => readonly DocumentEdit[]): Promise<void> {
    await onNewest(table.settled, () => documents.write(edits()));
    // It is kept, and that is the answer; if it can't be read back now, it is known here a little later.
    await table.settled().catch(() => {});
  }

  return {
    settled: (tenantId) => tables.get(tenantId)?.settled() ?? Promise.resolve(),
    group: (tenantId, groupId) => tables.get(tenantId)?.groups.get(groupId),
    byName: (tenantId, name) => tables.get(tenantId)?.named.get(name.toLowerCase()),

    all: (tenantId) =>
      [...(tables.get(tenantId)?.groups.values() ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1)),

    namesAndIds(tenantId, groupIds) {
      const groups = tables.get(tenantId)?.groups;
      return groupIds.flatMap((id) => {
        const group = groups?.get(id);
        return group === undefined ? [] : [id, group.displayName];
      });
    },

    async put(tenantId, group, was) {
      const table = tableOf(tenantId);
      const collection = groupCollection(tenantId);
      await write(table, () => {
        const current = table.groups.get(group.id);
        const text = current === undefined ? null : groupText(current);
        if (text !== (was && groupText(was))) throw new GroupChanged(group.id);
        const edit = { collection, id: group.id, text: groupText(group), was: text };
        return [edit, ...renaming(tenantId, table, current, group)];
      });
    },

    async remove(tenantId, groupId) {
      const table = tableOf(tenantId);
      let isThere = false;
      await write(table, () => {
        const current = table.groups.get(groupId);
        isThere = current !== undefined;
        if (current === undefined) return [];
        return [
          {
            collection: groupCollection(tenantId),
            id: groupId,
            text: undefined,
            was: groupText(current),
          },
          { ...guardOf(tenantId, current.displayName), text: undefined },
        ];
      });
      return isThere;
    },

    async stop() {
      await Promise.all(Array.from(tables.values(), ({ stop }) => stop()));
    },
  };
}

/** The groups of one tenant. */
interface Table {
  readonly groups: ReadonlyMap<string, Group>;
  /** By name in lower case. */
  readonly named: ReadonlyMap<string, Group>;
  settled(): Promise<void>;
  stop(): Promise<void>;
}

function follow(tenantId: string, { documents, steadyClock, onError }: KeptGroupsParts): Table {
  const collection = groupCollection(tenantId);
  const groups = new Map<string, Group>();
  const named = new Map<string, Group>();

  function forget(id: string): void {
    const group = groups.get(id);
    groups.delete(id);
    const name = group?.displayName.toLowerCase();
    if (name !== undefined && named.get(name) === group) named.delete(name);
  }

  const tail = createDocumentTail({
    documents,
    collection,
    steadyClock,
    onPut(id, text) {
      forget(id);
      const group = parseGroup(collection, id, text);
      groups.set(id, group);
      named.set(group.displayName.toLowerCase(), group);
    },
    onRemoved: forget,
    onError,
  });
  return { groups, named, settled: tail.settled, stop: tail.stop };
}

/**
 * Two servers may give one name to two groups at the same time; in the store the name is a document of its own,
 * of which only one can be made.
 */
function renaming(
  tenantId: string,
  { named }: Table,
  before: Group | undefined,
  group: Group,
): DocumentEdit[] {
  const name = group.displayName;
  const holder = named.get(name.toLowerCase());
  if (holder !== undefined && holder.id !== group.id) throw new GroupNameTaken(name, holder.id);
  if (before?.displayName.toLowerCase() === name.toLowerCase()) return [];
  const taken = { ...guardOf(tenantId, name), text: group.id, was: null };
  if (before === undefined) return [taken];
  return [{ ...guardOf(tenantId, before.displayName), text: undefined }, taken];
}

/** A name may have any characters, the id of a document not. */
function guardOf(tenantId: string, name: string): { collection: string; id: string } {
  const id = createHash('sha256').update(name.toLowerCase()).digest('base64url');
  return { collection: groupNameCollection(tenantId), id };
}
