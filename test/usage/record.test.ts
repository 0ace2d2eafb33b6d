import { describe, expect, test } from 'vitest';
import type { Caller } from '../../src/auth/caller.ts';
import type { Route } from '../../src/http/route.ts';
import { createUsageRecord, type Use } from '../../src/usage/record.ts';
import { reportOf } from '../../src/usage/report.ts';
import { exampleRoutes } from '../http/routes.ts';
import { APP, guid, TENANT, USER } from '../subscriptions/examples.ts';

const ROUTES = new Map(exampleRoutes().map((route) => [route.operation, route]));
const route = (name: string) => ROUTES.get(name) as Route;

function caller(permissions: readonly string[] = [], changes: Partial<Caller> = {}): Caller {
  return {
    ...{ tenantId: TENANT, appId: APP, userId: null, expiresMs: 0 },
    permissions: new Set(permissions),
    ...changes,
  };
}

function use(changes: Partial<Use> = {}): Use {
  return {
    route: route('getPresence'),
    version: 'v1.0',
    caller: caller(['Presence.Read.All']),
    token: 'application',
    status: 200,
    lacksPermission: false,
    additions: [],
    ...changes,
  };
}

function started() {
  const time = { nowMs: 1000 };
  return { time, record: createUsageRecord(() => time.nowMs) };
}

describe('the record of use', () => {
  test('keeps a thousand applications apart, and counts the requests of others', () => {
    const { record } = started();
    for (let number = 0; number < 1002; number++) {
      record.note(use({ caller: caller([], { appId: guid(number) }) }));
    }
    record.note(use({ caller: caller([], { appId: guid(0) }) }));
    const { applications, requestsLeftOut } = reportOf(record);
    expect(applications).toHaveLength(1000);
    expect(applications[0]?.operations).toMatchObject([{ requests: 2 }]);
    expect(requestsLeftOut).toBe(2);
  });

  test('keeps 200 permissions of an application’s tokens, and none of more than 100 characters', () => {
    const { record } = started();
    const names = Array.from({ length: 300 }, (_, number) => `Permission.${number}`);
    record.note(use({ caller: caller(['x'.repeat(101), ...names]) }));
    record.note(use({ caller: caller(['Another']) }));
    const [application] = reportOf(record).applications;
    expect(application?.applicationPermissions.held).toEqual(names.slice(0, 200).toSorted());
  });

  test('reads every token of an application, and leaves out what is about signing in', () => {
    const { record } = started();
    const delegated = (...scopes: string[]) =>
      use({ token: 'delegatedOneself', caller: caller(scopes, { userId: USER }) });
    record.note(delegated('openid', 'profile', 'Presence.Read'));
    record.note(delegated('offline_access', 'email', 'User.Read'));
    const [application] = reportOf(record).applications;
    expect(application?.delegatedPermissions).toEqual({
      needed: ['Presence.Read'],
      held: ['Presence.Read', 'User.Read'],
      notNeeded: ['User.Read'],
    });
  });

  test('begins anew when it is cleared', () => {
    const { record, time } = started();
    record.note(use());
    time.nowMs = 60_000;
    record.clear();
    expect(reportOf(record)).toEqual({
      sinceDateTime: '1970-01-01T00:01:00.000Z',
      applications: [],
      requestsLeftOut: 0,
    });
  });
});

describe('the least permissions in a report', () => {
  test('are for what succeeded, and apart for either kind of token', () => {
    const { record } = started();
    record.note(use({ status: 403, lacksPermission: true, route: route('setPresence') }));
    record.note(use({ status: 404, route: route('getMailboxSettings') }));
    record.note(use());
    record.note(use({ token: 'delegatedMany', route: route('getPresencesByUserId') }));
    const [application] = reportOf(record).applications;
    expect(application?.applicationPermissions.needed).toEqual(['Presence.Read.All']);
    expect(application?.delegatedPermissions.needed).toEqual(['Presence.Read.All']);
    const lacking = application?.operations.find(({ operation }) => operation === 'setPresence');
    expect(lacking).toMatchObject({
      lackedPermission: 1,
      succeeded: 0,
      statuses: { '4xx': 1 },
      oneOfPermissions: ['Presence.ReadWrite.All'],
    });
  });

  test('count what an addition opens to an application', () => {
    const { record } = started();
    record.note(use({ route: route('createSubscription'), additions: ['app-only-subscriptions'] }));
    const [application] = reportOf(record).applications;
    expect(application).toMatchObject({
      applicationPermissions: { needed: ['Presence.Read.All'] },
      additions: [{ name: 'app-only-subscriptions', requests: 1 }],
    });
  });
});
