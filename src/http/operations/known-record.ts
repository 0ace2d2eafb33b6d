import { NEW_RECORD, type UserRecord } from '../../engine/advance.ts';
import { userNotFound } from '../../graph/error.ts';
import type { PresenceService } from '../../presence/service.ts';
import type { Call } from '../route.ts';

type About = Pick<Call, 'caller' | 'userId'>;

/**
 * The record of the user that a call is about. Whoever holds a token of the tenant's exists, also before the first
 * word about them.
 * @param stored as the service gave it
 * @throws GraphError 404
 */
export function recordOrNew(stored: UserRecord | undefined, { caller, userId }: About): UserRecord {
  const record = stored ?? (caller.userId === userId ? NEW_RECORD : undefined);
  if (record === undefined) throw userNotFound(userId);
  return record;
}

/** Reads that record. @throws GraphError 404, StoreUnavailable */
export async function readKnown(presence: PresenceService, about: About): Promise<UserRecord> {
  const [stored] = await presence.read(about.caller, [about.userId]);
  return recordOrNew(stored, about);
}
