import type { Caller } from '../../src/auth/caller.ts';
import { type User, userWith } from '../../src/directory/user.ts';

export const TENANT = '2f75e7fc-bf0b-44ac-82ef-9a2769953954';
export const OTHER_TENANT = 'fa1f282e-bfe9-41b1-88f2-5eb3ad83d1a2';
export const ADA = 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3';
export const BRUNO = '55b02b97-4f73-4022-a6f0-2a3b400d2e28';
export const START_MS = Date.parse('2026-11-21T09:00:00Z');

/** A user that somebody provisions. */
export function person(id: string, properties: Partial<User> = {}): User {
  return userWith({ id, source: 'scim', ...properties });
}

/** The id of the nth user; ids are in the order of the numbers. */
export function idOf(n: number): string {
  return `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;
}

/** Whoever signed in. */
export function signedIn(userId: string | null, tenantId = TENANT): Caller {
  return {
    tenantId,
    appId: '22553876-f5ab-4529-bffb-cfe50aa89f87',
    userId,
    permissions: new Set(),
    expiresMs: START_MS + 3_600_000,
  };
}
