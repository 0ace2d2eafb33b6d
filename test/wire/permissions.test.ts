import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../src/auth/caller.ts';
import { ManualClock } from '../../src/clock.ts';
import { IN_A_CALL } from '../../src/engine/pair.ts';
import { toGraphError } from '../../src/errors.ts';
import { createDispatcher, type Dispatch } from '../../src/http/dispatcher.ts';
import { presenceRoutes } from '../../src/http/operations/all.ts';
import { createPresenceService, type PresenceService } from '../../src/presence/service.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { exampleRoutes } from '../http/routes.ts';
import { exampleCalendars } from '../mailbox/example-calendars.ts';
import { exampleMailboxes } from '../mailbox/example-mailboxes.ts';
import { exampleSubscriptions } from '../subscriptions/example-service.ts';
import { EXAMPLE_BODIES, fillIn } from './examples.ts';
import {
  APP,
  COLLEAGUE,
  EXAMPLE_DIRECTORY,
  expectError,
  OTHER_TENANT,
  type Porchlight,
  START,
  startPorchlight,
  TENANT,
  USER,
} from './porchlight.ts';

const PERMISSIONS = [
  'Presence.Read',
  'Presence.Read.All',
  'Presence.ReadWrite',
  'Presence.ReadWrite.All',
  'MailboxSettings.Read',
  'MailboxSettings.ReadWrite',
  'Calendars.ReadBasic',
  'Calendars.ReadBasic.All',
  'Calendars.Read',
  'Calendars.ReadWrite',
] as const;

type Permission = (typeof PERMISSIONS)[number];
type Target = 'own' | 'other' | 'other tenant';
type Kind = 'delegated' | 'application';

/** The permissions of which any one is enough; `own only` where no delegated one reaches others. */
interface Documented {
  readonly own: readonly Permission[];
  readonly other: readonly Permission[] | 'own only';
  readonly application: readonly Permission[];
}

/** What the permission tables of Graph's pages say; the legacy pages know application permissions alone. */
const READ: Documented = {
  own: ['Presence.Read', 'Presence.Read.All'],
  other: ['Presence.Read.All'],
  application: ['Presence.Read.All', 'Presence.ReadWrite.All'],
};
const READ_SEVERAL: Documented = { ...READ, own: ['Presence.Read.All'] };
const WRITE: Documented = {
  own: ['Presence.ReadWrite'],
  other: 'own only',
  application: ['Presence.ReadWrite.All'],
};
const WRITE_LEGACY: Documented = {
  own: [],
  other: [],
  application: ['Presence.ReadWrite.All'],
};

const SUBSCRIBE: Documented = {
  own: ['Presence.Read.All'],
  other: ['Presence.Read.All'],
  application: [],
};

const WRITE_OWN: Documented = { ...WRITE, application: [] };
const READ_SETTINGS: Documented = {
  own: ['MailboxSettings.Read', 'MailboxSettings.ReadWrite'],
  other: [],
  application: ['MailboxSettings.Read', 'MailboxSettings.ReadWrite'],
};
const WRITE_SETTINGS: Documented = {
  own: ['MailboxSettings.ReadWrite'],
  other: [],
  application: ['MailboxSettings.ReadWrite'],
};
const READ_CALENDAR: Documented = {
  own: ['Calendars.ReadBasic', 'Calendars.Read', 'Calendars.ReadWrite'],
  other: [],
  application: [
    'Calendars.ReadBasic',
    'Calendars.ReadBasic.All',
    'Calendars.Read',
    'Calendars.ReadWrite',
  ],
};
const WRITE_CALENDAR: Documented = {
  own: ['Calendars.ReadWrite'],
  other: [],
  application: ['Calendars.ReadWrite'],
};

const DOCUMENTED: Record<string, Documented> = {
  getPresence: READ,
  getPresencesByUserId: READ_SEVERAL,
  setPresence: WRITE,
  clearPresence: WRITE,
  setUserPreferredPresence: WRITE,
  clearUserPreferredPresence: WRITE,
  setStatusMessage: WRITE,
  updatePresence: WRITE_LEGACY,
  updatePresenceSession: WRITE_LEGACY,
  deletePresenceSession: WRITE_LEGACY,
  createSubscription: SUBSCRIBE,
  listSubscriptions: SUBSCRIBE,
  getSubscription: SUBSCRIBE,
  reauthorize: SUBSCRIBE,
  updateSubscription: SUBSCRIBE,
  deleteSubscription: SUBSCRIBE,
  setManualLocation: WRITE_OWN,
  setAutomaticLocation: WRITE_OWN,
  clearLocation: WRITE_OWN,
  clearAutomaticLocation: WRITE_OWN,
  getMailboxSettings: READ_SETTINGS,
  getMailboxSetting: READ_SETTINGS,
  updateMailboxSettings: WRITE_SETTINGS,
  createEvent: WRITE_CALENDAR,
  listEvents: READ_CALENDAR,
  listCalendarView: READ_CALENDAR,
  getEvent: READ_CALENDAR,
  updateEvent: WRITE_CALENDAR,
  deleteEvent: WRITE_CALENDAR,
  listInstances: READ_CALENDAR,
  accept: WRITE_CALENDAR,
  tentativelyAccept: WRITE_CALENDAR,
  decline: WRITE_CALENDAR,
  cancel: WRITE_CALENDAR,
};

/** What needs a user who is there. */
const READS_OR_ENDS: readonly string[] = [
  'getPresence',
  'clearPresence',
  'deletePresenceSession',
  'getMailboxSettings',
  'getMailboxSetting',
];

interface Case {
  readonly operation: string;
  readonly method: string;
  /** As the route table writes it. */
  readonly path: string;
  readonly kind: Kind;
  readonly permission: Permission | undefined;
  readonly target: Target;
}

/** The status that the documentation asks for. */
function expectedStatus({ operation, path, kind, permission, target }: Case): number {
  const documented = DOCUMENTED[operation];
  if (documented === undefined) throw new Error(`${operation} is not in the documented table`);
  const isMe = path.startsWith('/me/');
  if (isMe && kind === 'application') return 400;
  const enough = (() => {
    if (kind === 'application') return documented.application;
    return target === 'own' ? documented.own : documented.other;
  })();
  if (enough === 'own only') return 401;
  if (permission === undefined || !enough.includes(permission)) return 403;
  // These paths want to know a range first, and have none.
  if (['listCalendarView', 'listInstances'].includes(operation)) return 400;
  // The subscription or event of these paths is nobody’s.
  if (path.includes(':subscription') || path.includes(':event')) return 404;
  if (operation.startsWith('create')) return 201;
  if (target !== 'other tenant') return 200;
  // Another tenant's user is an unknown user: reading one is 404, and so is ending their session.
  return READS_OR_ENDS.includes(operation) ? 404 : 200;
}

/** Every operation × path × kind of token × permission × target. */
function allCases(): Case[] {
  return exampleRoutes().flatMap(({ operation, method, paths }) =>
    paths.flatMap((path) =>
      (['delegated', 'application'] as const).flatMap((kind) =>
        [...PERMISSIONS, undefined].flatMap((permission) =>
          targetsOf(path).map((target) => ({ operation, method, path, kind, permission, target })),
        ),
      ),
    ),
  );
}

/** /me is about oneself; a bulk read is the same whoever is asked for. */
function targetsOf(path: string): Target[] {
  return path.startsWith('/me/') ? ['own'] : ['own', 'other', 'other tenant'];
}

/** Who asks. The user of the path is USER of TENANT. */
function callerOf({ kind, permission, target }: Case): Caller {
  return {
    tenantId: target === 'other tenant' ? OTHER_TENANT : TENANT,
    appId: APP,
    userId: kind === 'application' ? null : target === 'own' ? USER : COLLEAGUE,
    permissions: new Set(permission === undefined ? [] : [permission]),
    expiresMs: START + 86_400_000,
  };
}

function describeCase({ method, path, kind, permission, target }: Case): string {
  return `${method} ${path}, ${kind} ${permission ?? 'without permission'}, ${target}`;
}

test('every operation of the route table stands in the documented table, and no other', () => {
  expect(
    exampleRoutes()
      .map(({ operation }) => operation)
      .sort(),
  ).toEqual(Object.keys(DOCUMENTED).sort());
});

describe('in process, the whole matrix', () => {
  let presence: PresenceService;
  let dispatch: Dispatch;

  beforeEach(() => {
    const clock = new ManualClock(START);
    presence = createPresenceService({
      store: openMemoryStore(),
      clock,
      directory: EXAMPLE_DIRECTORY,
    });
    const subscriptions = exampleSubscriptions(clock, EXAMPLE_DIRECTORY);
    const mailboxes = exampleMailboxes(clock);
    const calendars = exampleCalendars(mailboxes, clock);
    const services = {
      presence,
      subscriptions,
      mailboxes,
      calendars,
      clock,
    };
    const routes = presenceRoutes(services, EXAMPLE_DIRECTORY);
    dispatch = createDispatcher(routes, EXAMPLE_DIRECTORY);
  });

  /** A session of the user in their own tenant, so that there is one to read and to end. */
  async function beginSession(): Promise<void> {
    await presence.execute(
      { tenantId: TENANT, userId: USER },
      { kind: 'setPresence', appId: APP, sessionId: APP, pair: IN_A_CALL, lifetimeMs: 300_000 },
    );
  }

  async function statusOf(each: Case): Promise<number> {
    try {
      const { status } = await dispatch(
        {
          version: 'v1.0',
          method: each.method,
          path: fillIn(each.path),
          query: '',
          body: EXAMPLE_BODIES[each.operation],
          origin: 'https://porchlight.example',
        },
        callerOf(each),
      );
      return status;
    } catch (error) {
      return toGraphError(error).status;
    }
  }

  test.each(Object.keys(DOCUMENTED))(
    '%s: every path, kind of token, permission and target answers as documented',
    async (operation) => {
      const cases = allCases().filter((each) => each.operation === operation);
      const wrong: string[] = [];
      for (const each of cases) {
        await beginSession();
        const status = await statusOf(each);
        const expected = expectedStatus(each);
        if (status !== expected) wrong.push(`${describeCase(each)}: ${status}, not ${expected}`);
      }
      expect(wrong).toEqual([]);
      expect(cases.length).toBeGreaterThanOrEqual(30);
    },
  );

  test('whoever is refused changes nothing, and another tenant’s writes reach nobody here', async () => {
    await beginSession();
    const [before] = await presence.read({ tenantId: TENANT, userId: null }, [USER]);
    for (const each of allCases()) {
      if (expectedStatus(each) === 200 && each.target !== 'other tenant') continue;
      await statusOf(each);
      const [after] = await presence.read({ tenantId: TENANT, userId: null }, [USER]);
      expect(after, describeCase(each)).toBe(before);
    }
  });

  test('a permission that Graph doesn’t know opens nothing', async () => {
    for (const { operation, method, paths } of exampleRoutes()) {
      for (const path of paths) {
        const each: Case = {
          operation,
          method,
          path,
          kind: 'delegated',
          permission: undefined,
          target: 'own',
        };
        for (const name of ['presence.read.all', 'Presence.Read.All ', 'User.Read', '*', '']) {
          const request = {
            version: 'v1.0' as const,
            method,
            path: fillIn(path),
            query: '',
            body: EXAMPLE_BODIES[operation],
            origin: '',
          };
          const caller = { ...callerOf(each), permissions: new Set([name]) };
          const answer = async () => dispatch(request, caller);
          await expect(answer(), `${name} ${path}`).rejects.toMatchObject({ status: 403 });
        }
      }
    }
  });
});

describe('over the socket, a sample', () => {
  let porchlight: Porchlight;
  beforeAll(async () => {
    porchlight = await startPorchlight();
  });
  afterAll(() => porchlight.close());

  const sample = allCases().filter(
    ({ path, permission }, index) =>
      permission === undefined ||
      (index % 7 === 0 && !path.startsWith('/communications/presences')),
  );

  const operations = exampleRoutes().map(({ operation }) => operation);
  /** Those first that find nobody: from the first write about them, a user is there. */
  const inOrder = [
    ...operations.filter((operation) => READS_OR_ENDS.includes(operation)),
    ...operations.filter((operation) => !READS_OR_ENDS.includes(operation)),
  ];

  test.each(inOrder)('%s answers tokens as documented', async (operation) => {
    const admin = porchlight.as();
    for (const each of sample.filter((one) => one.operation === operation)) {
      await admin.patch(`/beta/users/${USER}/presence`, EXAMPLE_BODIES.updatePresence);
      const { tenantId, userId, permissions } = callerOf(each);
      const token = await porchlight.token({
        tenant: tenantId,
        permissions: [...permissions],
        ...(userId !== null && { user: userId }),
      });
      const body = EXAMPLE_BODIES[operation];
      const answer = await porchlight.send(each.method, `/v1.0${fillIn(each.path)}`, {
        token,
        ...(body !== undefined && { body }),
      });
      const expected = expectedStatus(each);
      expect(answer.status, `${describeCase(each)}: ${answer.text}`).toBe(expected);
      if (expected >= 400) {
        const isMeless = each.path.startsWith('/me/') && each.kind === 'application';
        const codes: Record<number, string> = {
          400: isMeless ? 'BadRequest' : 'ErrorInvalidRequest',
          401: 'Unauthorized',
          403: 'Forbidden',
          404: each.path.includes(':event') ? 'ErrorItemNotFound' : 'NotFound',
        };
        expectError(answer, expected, codes[expected] ?? '');
      }
    }
  });
});
