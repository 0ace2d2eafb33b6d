import type { Database } from './database.ts';
import { readUser, readUserId, userKey } from './keys.ts';

const FIRST_USER = '00000000-0000-0000-0000-000000000000';
const LAST_USER = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Tenants of which some user has a record: one look a tenant, however many users it has. */
export function tenantsOf({ records }: Database): string[] {
  const tenants: string[] = [];
  for (let start = Buffer.alloc(0); ; ) {
    const [key] = records.getKeys({ start, limit: 1 });
    if (key === undefined) return tenants;
    const { tenantId } = readUser(key);
    tenants.push(tenantId);
    start = Buffer.concat([userKey(tenantId, LAST_USER), Buffer.of(0)]);
  }
}

/** Users of a tenant that have a record, after `after` in the order of their ids; '' to begin. */
export function usersAfter(
  { records }: Database,
  tenantId: string,
  after: string,
  limit: number,
): string[] {
  // The keys have to be our own copies: the range keeps them, and the next key is written over them.
  const start = Buffer.from(userKey(tenantId, after === '' ? FIRST_USER : after));
  const last = Buffer.from(userKey(tenantId, LAST_USER));
  const end = Buffer.concat([last, Buffer.of(0)]);
  const users: string[] = [];
  // One more than asked for, as the range begins with `after` itself.
  for (const key of records.getKeys({ start, end, limit: limit + 1 })) {
    const userId = readUserId(key);
    if (userId !== after && users.length < limit) users.push(userId);
  }
  return users;
}
