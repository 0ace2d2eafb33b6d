import { Compile } from 'typebox/compile';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { createUsageRecord } from '../../src/usage/record.ts';
import { type Report, reportSchema } from '../../src/usage/report-schema.ts';
import {
  APP,
  COLLEAGUE,
  expectError,
  OTHER_APP,
  OTHER_TENANT,
  type Porchlight,
  START,
  session,
  startPorchlight,
  TENANT,
  type TokenOptions,
  USER,
  USER_NAME,
} from './porchlight.ts';

const PATH = '/porchlight/report';
const MANAGER: TokenOptions = { app: OTHER_APP, permissions: ['Porchlight.Manage.All'] };
const ofUser = (...permissions: string[]): TokenOptions => ({ user: USER, permissions });
const of = (...permissions: string[]): TokenOptions => ({ permissions });

let porchlight: Porchlight;
afterEach(() => porchlight.close());

async function start(options: { readonly strict?: boolean } = {}): Promise<void> {
  const clock = new ManualClock(START);
  const usage = createUsageRecord(() => clock.nowMs());
  porchlight = await startPorchlight({ profile: 'extended', clock, ...options, parts: { usage } });
}

async function report(): Promise<Report> {
  const { status, body, text } = await porchlight.as(MANAGER).get(PATH);
  expect(status, text).toBe(200);
  expect([...Compile(reportSchema).Errors(body)]).toEqual([]);
  return body as Report;
}

const presence = (user = USER) => `/v1.0/users/${user}/presence`;

describe('the report of use', () => {
  test('tells operations by version and kind of token, how they were answered, and what is needed', async () => {
    await start();
    const writer = porchlight.as(of('Presence.ReadWrite.All', 'User.Read.All'));
    await writer.post(`${presence()}/setPresence`, session('Busy/Busy', undefined, 'desk'));
    await writer.post(`${presence()}/setPresence`, session('Busy/InACall'));
    await writer.get(presence().replace('v1.0', 'beta'));
    const mira = porchlight.as(ofUser('Presence.Read', 'openid'));
    await mira.get('/v1.0/me/presence');
    await mira.get(presence(USER_NAME));
    await mira.get(presence(COLLEAGUE));
    await mira.post('/v1.0/communications/getPresencesByUserId', { ids: [USER] });

    const { applications, ...rest } = await report();
    expect(rest).toEqual({ sinceDateTime: new Date(START).toISOString(), requestsLeftOut: 0 });
    const [application, ...others] = applications;
    expect(others).toEqual([]);
    expect(application).toMatchObject({ tenantId: TENANT, applicationId: APP });
    const rows = application?.operations.map((each) => [
      ...[each.operation, each.method, each.version, each.token, each.requests],
      ...[each.statuses, each.lackedPermission, each.additions],
    ]);
    expect(rows).toEqual([
      ['getPresence', 'GET', 'beta', 'application', 1, { '2xx': 1 }, 0, []],
      ['getPresence', 'GET', 'v1.0', 'delegatedOneself', 2, { '2xx': 2 }, 0, []],
      ['getPresence', 'GET', 'v1.0', 'delegatedOthers', 1, { '4xx': 1 }, 1, []],
      ['getPresencesByUserId', 'POST', 'v1.0', 'delegatedMany', 1, { '4xx': 1 }, 1, []],
      [
        ...['setPresence', 'POST', 'v1.0', 'application', 2, { '2xx': 2 }, 0],
        ['several-sessions', 'more-pairs'],
      ],
    ]);
    expect(application?.applicationPermissions).toEqual({
      needed: ['Presence.ReadWrite.All'],
      held: ['Presence.ReadWrite.All', 'User.Read.All'],
      notNeeded: ['User.Read.All'],
    });
    expect(application?.delegatedPermissions).toEqual({
      needed: ['Presence.Read'],
      held: ['Presence.Read'],
      notNeeded: [],
    });
    expect(application?.additions).toMatchObject([
      { name: 'several-sessions', requests: 1 },
      { name: 'more-pairs', requests: 1 },
    ]);
  });

  test('keeps applications and tenants apart', async () => {
    await start();
    await porchlight.as({ app: OTHER_APP, tenant: OTHER_TENANT }).get(presence());
    await porchlight.as({ app: OTHER_APP }).get(presence());
    await porchlight.as().get(presence());
    const seen = (await report()).applications.map((each) => [each.tenantId, each.applicationId]);
    expect(seen).toEqual([
      [TENANT, APP],
      [TENANT, OTHER_APP],
      [OTHER_TENANT, OTHER_APP],
    ]);
  });

  test('counts the parts of a batch, and Porchlight’s own addresses, but not what steers the server', async () => {
    await start();
    const get = (id: string) => ({ id, method: 'GET', url: `/users/${COLLEAGUE}/presence` });
    await porchlight.as().post('/v1.0/$batch', { requests: [get('1'), get('2')] });
    await porchlight.as().get(`/porchlight/presences/delta?ids=${USER}`);
    await report();
    const [application, ...others] = (await report()).applications;
    expect(others).toEqual([]);
    expect(application?.operations).toMatchObject([
      { operation: 'deltaOfPresences', version: null, requests: 1 },
      { operation: 'getPresence', version: 'v1.0', requests: 2, statuses: { '2xx': 2 } },
    ]);
  });

  test('names what an addition opens, and what a strict server refuses', async () => {
    await start();
    await porchlight.as().get('/v1.0/subscriptions');
    const [open] = (await report()).applications;
    expect(open).toMatchObject({
      applicationPermissions: { needed: ['Presence.Read.All'] },
      additions: [{ name: 'app-only-subscriptions', requests: 1 }],
    });
    await porchlight.close();
    await start({ strict: true });
    await porchlight.as().get('/v1.0/subscriptions');
    const [strict] = (await report()).applications;
    expect(strict).toMatchObject({
      operations: [{ succeeded: 0, lackedPermission: 0, additions: ['app-only-subscriptions'] }],
      applicationPermissions: { needed: [] },
    });
  });

  test('begins anew with DELETE', async () => {
    await start();
    await porchlight.as().get(presence());
    porchlight.clock.advance(60_000);
    expect(await porchlight.as(MANAGER).delete(PATH)).toMatchObject({ status: 204, text: '' });
    expect(await report()).toEqual({
      sinceDateTime: new Date(START + 60_000).toISOString(),
      applications: [],
      requestsLeftOut: 0,
    });
  });

  test('is for whoever may steer the server', async () => {
    await start();
    for (const by of [of('Presence.Read.All'), ofUser('Porchlight.Manage.All')]) {
      expectError(await porchlight.as(by).get(PATH), 403, 'Forbidden');
      expectError(await porchlight.as(by).delete(PATH), 403, 'Forbidden');
    }
    expectError(await porchlight.send('GET', PATH), 401, 'InvalidAuthenticationToken');
  });

  test('isn’t there where no record is kept: 404', async () => {
    porchlight = await startPorchlight();
    await porchlight.as().get(presence());
    expectError(await porchlight.as(MANAGER).get(PATH), 404, 'NotFound');
    expectError(await porchlight.as(MANAGER).delete(PATH), 404, 'NotFound');
  });
});
