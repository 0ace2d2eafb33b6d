import { NEW_RECORD, type UserRecord } from '../../engine/advance.ts';
import type { Additions } from '../../graph/additions.ts';
import { invalidArgument } from '../../graph/error.ts';
import { MOST_IDS } from '../../graph/most-ids.ts';
import {
  type PresenceProperty,
  presenceJson,
  unknownPresenceJson,
} from '../../graph/presence-json.ts';
import type { Directory } from '../../presence/directory.ts';
import type { PresenceService } from '../../presence/service.ts';
import type { Reader } from '../../presence/visibility.ts';

/** Several users, as a request names them; each once, where it stood first. */
export interface AskedUsers {
  /** Object ids; where a name means nobody of the tenant, the name as it was written. */
  readonly names: ReadonlySet<string>;
  /** The object ids among `names`, in the same order. */
  readonly userIds: readonly string[];
}

/** @throws GraphError 400 for more ids than are allowed */
export function askedUsers(
  ids: readonly string[],
  additions: Additions,
  tenantId: string,
  directory: Directory,
): AskedUsers {
  const tooMany = (most: number) =>
    invalidArgument(`[Ids]: ${ids.length} ids are too many: ${most} at most.`);
  if (ids.length > MOST_IDS.graph) additions.use('more-ids', () => tooMany(MOST_IDS.graph));
  if (ids.length > MOST_IDS.extended) throw tooMany(MOST_IDS.extended);
  const names = new Set<string>();
  const userIds: string[] = [];
  for (const id of ids) {
    const userId = directory.resolve(tenantId, id);
    if (userId !== undefined && !names.has(userId)) userIds.push(userId);
    names.add(userId ?? id);
  }
  return { names, userIds };
}

/** A user among several, with the record that an answer shows; undefined for a user unknown here. */
export interface Found {
  readonly userId: string;
  readonly record: UserRecord | undefined;
}

/** The users asked for with their records as they stand. */
export async function readAsked(
  presence: PresenceService,
  reader: Reader,
  asked: AskedUsers,
): Promise<readonly Found[]> {
  return foundAmong(await presence.read(reader, asked.userIds), asked, reader);
}

/**
 * Rule 11: in the order of the names. The reader is known even if nothing was ever said about them.
 * @param records those of `userIds`
 */
export function foundAmong(
  records: readonly (UserRecord | undefined)[],
  { names, userIds }: AskedUsers,
  reader: Reader,
): readonly Found[] {
  let next = 0;
  return Array.from(names, (userId) => {
    const found = userIds[next] === userId ? records[next++] : undefined;
    return { userId, record: found ?? (userId === reader.userId ? NEW_RECORD : undefined) };
  });
}

/** A JSON array of presences, as the reader may see them. */
export function presencesJson(
  found: readonly Found[],
  reader: Reader,
  selected: readonly PresenceProperty[],
): string {
  if (found.length === 0) return '[]';
  const each = found.map(({ userId, record }) =>
    record === undefined
      ? unknownPresenceJson(userId, selected)
      : presenceJson(userId, record, userId === reader.userId ? 'self' : 'other', selected),
  );
  return `[{${each.join('},{')}}]`;
}
