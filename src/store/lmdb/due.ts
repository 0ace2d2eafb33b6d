import { NEVER_MS } from '../../engine/facts.ts';
import type { UserKey } from '../store.ts';
import type { Database } from './database.ts';
import { dueKeyAfter, readDueKey } from './keys.ts';

/** Users with a due entry at or before `nowMs`, earliest first, `limit` at most. */
export function dueUntil({ due }: Database, nowMs: number, limit: number): UserKey[] {
  const users: UserKey[] = [];
  for (const key of due.getKeys({ end: Buffer.from(dueKeyAfter(nowMs)), limit })) {
    users.push(readDueKey(key).user);
  }
  return users;
}

/** The earliest due entry, `NEVER_MS` without one. */
export function earliestDueMs({ due }: Database): number {
  for (const key of due.getKeys({ limit: 1 })) return readDueKey(key).dueMs;
  return NEVER_MS;
}
