import { describe, expect, it } from 'vitest';
import { authorize } from '../../src/auth/authorize.ts';
import type { Caller } from '../../src/auth/caller.ts';
import {
  type Access,
  LOOK_AFTER_SUBSCRIPTIONS,
  READ_PRESENCE,
  READ_PRESENCES,
  SUBSCRIBE_TO_PRESENCE,
  WRITE_PRESENCE,
  WRITE_SESSION_LEGACY,
  withAdded,
} from '../../src/auth/permissions.ts';
import { APP, START_MS, TENANT, USER } from './issuing.ts';

const OTHER = '44444444-4444-4444-8444-444444444444';
const DELEGATED = ['Presence.Read', 'Presence.Read.All', 'Presence.ReadWrite'];
const APPLICATION = ['Presence.Read.All', 'Presence.ReadWrite.All'];
const MANAGE = 'Porchlight.Manage.All';

const caller = (userId: string | null, ...permissions: string[]): Caller => ({
  tenantId: TENANT,
  appId: APP,
  userId,
  permissions: new Set(permissions),
  expiresMs: START_MS + 3_600_000,
});
const user = (...permissions: string[]) => caller(USER, ...permissions);
const application = (...permissions: string[]) => caller(null, ...permissions);

/** Which single permissions let a caller in. */
function enough(access: Access, userId: string | null, target: string): string[] {
  // Each kind of token is tried with the other kind's permissions too.
  const all = new Set([...DELEGATED, ...APPLICATION, MANAGE]);
  return [...all].filter((one) => authorize(access, caller(userId, one), target).allowed);
}

describe('one of these permissions is enough', () => {
  it.each<[string, Access, string | null, string, string[]]>([
    ['read: own', READ_PRESENCE, USER, USER, ['Presence.Read', 'Presence.Read.All']],
    ['read: someone else', READ_PRESENCE, USER, OTHER, ['Presence.Read.All']],
    ['read: application', READ_PRESENCE, null, OTHER, APPLICATION],
    ['bulk read: user', READ_PRESENCES, USER, 'many', ['Presence.Read.All']],
    ['bulk read: user, own id only', READ_PRESENCES, USER, USER, ['Presence.Read.All']],
    ['bulk read: application', READ_PRESENCES, null, 'many', APPLICATION],
    ['subscribe: user', SUBSCRIBE_TO_PRESENCE, USER, 'many', ['Presence.Read.All']],
    ['subscribe: application', SUBSCRIBE_TO_PRESENCE, null, 'many', []],
    [
      'subscribe, extended: application',
      withAdded(SUBSCRIBE_TO_PRESENCE),
      null,
      'many',
      APPLICATION,
    ],
    ['look after subscriptions: user', LOOK_AFTER_SUBSCRIPTIONS, USER, 'many', []],
    ['look after subscriptions: application', LOOK_AFTER_SUBSCRIPTIONS, null, 'many', [MANAGE]],
    ['write: own', WRITE_PRESENCE, USER, USER, ['Presence.ReadWrite']],
    ['write: someone else', WRITE_PRESENCE, USER, OTHER, []],
    ['write: application', WRITE_PRESENCE, null, OTHER, ['Presence.ReadWrite.All']],
    ['legacy write: own', WRITE_SESSION_LEGACY, USER, USER, []],
    ['legacy write: someone else', WRITE_SESSION_LEGACY, USER, OTHER, []],
    ['legacy write: application', WRITE_SESSION_LEGACY, null, OTHER, ['Presence.ReadWrite.All']],
  ])('%s', (_name, access, userId, target, expected) => {
    expect(enough(access, userId, target)).toEqual(expected);
  });
});

describe('a refusal', () => {
  it('of a write on someone else is 401 in the words of the real service', () => {
    expect(authorize(WRITE_PRESENCE, user(...DELEGATED), OTHER)).toEqual({
      allowed: false,
      status: 401,
      code: 'Unauthorized',
      message: `Cannot set the presence of another user. Authenticated user: ${USER}. Requested user: ${OTHER}`,
    });
  });

  it.each<[string, Access, Caller, string, string]>([
    [
      'what is missing and what is there',
      WRITE_PRESENCE,
      user('Presence.Read', 'Presence.Read.All'),
      USER,
      'Missing the delegated permission Presence.ReadWrite. The token is a delegated one with Presence.Read, Presence.Read.All.',
    ],
    [
      'every permission that would do',
      READ_PRESENCE,
      application(),
      USER,
      'Missing one of the application permissions Presence.Read.All, Presence.ReadWrite.All. The token is an application one without permissions.',
    ],
    [
      'the kind of token it needs, when no permission of this kind would do',
      WRITE_SESSION_LEGACY,
      user(...DELEGATED),
      USER,
      "This operation isn't open to delegated permissions, and the token is a delegated one; it needs an application's own token and the application permission Presence.ReadWrite.All.",
    ],
    [
      'the signed-in user it needs, when applications are out',
      { own: ['Presence.ReadWrite'], other: 'refused', application: [] },
      application(...APPLICATION),
      USER,
      "This operation isn't open to application permissions, and the token is an application one; it needs a signed-in user and the delegated permission Presence.ReadWrite.",
    ],
  ])('names %s', (_name, access, who, target, message) => {
    expect(authorize(access, who, target)).toEqual({
      allowed: false,
      status: 403,
      code: 'Forbidden',
      message,
    });
  });
});
