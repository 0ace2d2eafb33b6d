import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dev } from '../../src/cli/dev.ts';
import { createSnapshots } from '../../src/testing/snapshots.ts';
import { type Porchlight, startPorchlight } from '../../src/testing.ts';
import { terminal } from '../cli/terminal.ts';
import { type DevServer, startPorchlightDev } from '../program.ts';
import { set, shown, subscribe } from './driving.ts';

/** Steers a server as a test in another language does. */
function steering(url: string) {
  return async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}/porchlight/${path}`, {
      method,
      ...(body && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
}

describe('/porchlight/test', () => {
  let porch: Porchlight;
  let steer: ReturnType<typeof steering>;
  beforeEach(async () => {
    porch = await startPorchlight({ now: '2026-11-21T09:00:00Z' });
    steer = steering(porch.url);
  });
  afterEach(() => porch.close());

  it('snapshot marks a moment, and restore brings it back', async () => {
    await set(porch, 'ada', 'Busy/InACall');
    await steer('POST', 'clock/advance', { duration: 'PT5M' });
    const { status, body } = await steer('POST', 'test/snapshot');
    expect([status, body.dateTime]).toEqual([200, '2026-11-21T09:05:00.000Z']);
    await set(porch, 'ada', 'Away/Away');
    await steer('POST', 'clock/advance', { duration: 'PT1H' });
    expect(await steer('POST', 'test/restore', { id: body.id })).toEqual({
      status: 200,
      body: { dateTime: '2026-11-21T09:05:00.000Z', state: 'frozen' },
    });
    expect(await shown(porch, 'ada')).toBe('Busy/InACall');
    const later = await steer('POST', 'test/snapshot');
    expect(later.body.id).not.toBe(body.id);
  });

  it('restore knows the hundred snapshots that were used last', async () => {
    const snapshots = createSnapshots({
      snapshot: async () => ({ takenAt: porch.now }),
      restore: async () => {},
      reset: async () => {},
    });
    const { id: first } = await snapshots.take();
    const { id: second } = await snapshots.take();
    for (let count = 2; count <= 100; count++) {
      // Whoever comes back to the first one keeps it.
      if (count === 50) await snapshots.restore(first);
      await snapshots.take();
    }
    await snapshots.restore(first);
    await expect(snapshots.restore(second)).rejects.toMatchObject({ status: 404 });
    expect(await steer('POST', 'test/restore', { id: 'x' })).toMatchObject({
      status: 404,
      body: {
        error: { message: "There is no snapshot 'x'; the 100 that were used last are kept." },
      },
    });
  });

  it('reset puts everything back to the start', async () => {
    await set(porch, 'ada', 'Busy/InACall');
    await porch.advance('PT1H');
    const { body } = await steer('POST', 'test/reset');
    expect(body).toEqual({ dateTime: '2026-11-21T09:00:00.000Z', state: 'frozen' });
    expect(await shown(porch, 'ada')).toBe('Offline/Offline');
  });

  it('tokens gives a token of anybody', async () => {
    const { body } = await steer('POST', 'test/tokens', {
      user: 'ada',
      permissions: ['Presence.Read'],
      expiresIn: 'PT5M',
    });
    expect(body.expiresDateTime).toBe('2026-11-21T09:05:00.000Z');
    expect(decodeJwt(body.token)).toMatchObject({
      scp: 'Presence.Read',
      upn: 'ada@contoso.example',
    });
    const me = await fetch(`${porch.url}/v1.0/me/presence`, {
      headers: { authorization: `Bearer ${body.token}` },
    });
    expect(me.status).toBe(200);
    expect(decodeJwt((await steer('POST', 'test/tokens', {})).body.token).idtyp).toBe('app');
  });

  it.each([
    ['tokens', { user: 'zoe' }, '[User]: nobody is called'],
    ['tokens', { tenant: 'acme.example' }, "[Tenant]: 'acme.example' is none of contoso.example"],
    ['tokens', { permissions: [7] }, '[Permissions.0]'],
    ['tokens', { expiresIn: 'soon' }, '[ExpiresIn]'],
    ['tokens', undefined, 'needs a JSON body'],
    ['restore', {}, '[Id]: The Id field is required'],
    ['settled', { now: true }, '[now]: This field is not known here'],
  ])('%s refuses %j, and says why', async (name, given, message) => {
    const { status, body } = await steer('POST', `test/${name}`, given);
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it('settled answers once notifications have gone out', async () => {
    await steer('POST', 'test/inboxes/mine');
    await subscribe(porch, 'https://inbox.porchlight.test/mine');
    await set(porch, 'ada', 'Busy/InACall');
    expect(await steer('POST', 'test/settled')).toMatchObject({ status: 200 });
    const { body } = await steer('GET', 'test/inboxes/mine');
    expect(body.notifications).toHaveLength(1);
  });

  it('needs a token of somebody who looks after the server, from elsewhere', async () => {
    const ask = async (headers: Record<string, string>) =>
      (await fetch(`${porch.url}/porchlight/test/reset`, { method: 'POST', headers })).status;
    const bearer = async (permission: string) => ({
      authorization: `Bearer ${await porch.token({ permissions: [permission] })}`,
    });
    expect(await ask({ origin: 'https://evil.example' })).toBe(401);
    expect(await ask(await bearer('Presence.ReadWrite.All'))).toBe(403);
    expect(await ask(await bearer('Porchlight.Manage.All'))).toBe(200);
  });

  describe('an inbox', () => {
    it('is made, read and removed by name', async () => {
      const made = await steer('POST', 'test/inboxes/mine');
      const url = 'https://inbox.porchlight.test/mine';
      expect(made).toEqual({ status: 200, body: { name: 'mine', url } });
      const id = await subscribe(porch, url, { expiresIn: 'PT20M' });
      await set(porch, 'ada', 'Busy/InACall');
      await porch.advance('PT20M');
      const { body } = await steer('GET', 'test/inboxes/mine');
      expect(body).toMatchObject({
        name: 'mine',
        url,
        notifications: [
          {
            dateTime: '2026-11-21T09:00:00.000Z',
            notification: { subscriptionId: id, resourceData: { id: porch.user('ada').id } },
            presence: null,
          },
        ],
        lifecycle: [{ notification: { lifecycleEvent: 'reauthorizationRequired' } }],
      });
      expect(await steer('POST', 'test/inboxes/mine')).toEqual(made);
      expect((await steer('GET', 'test/inboxes/mine')).body).toEqual(body);
      expect(await steer('DELETE', 'test/inboxes/mine')).toEqual({ status: 204, body: undefined });
      expect((await steer('GET', 'test/inboxes/mine')).status).toBe(404);
      expect((await steer('DELETE', 'test/inboxes/mine')).status).toBe(404);
    });

    it('answers as it is told to', async () => {
      await steer('POST', 'test/inboxes/mine');
      await subscribe(porch, porch.inbox('mine'));
      const told = await steer('PATCH', 'test/inboxes/mine', { status: 503, times: 1 });
      expect(told.status).toBe(200);
      await set(porch, 'ada', 'Busy/InACall');
      await porch.settled();
      expect(porch.inbox('mine').deliveries.map(({ answer }) => answer)).toEqual([503]);
      await porch.advance('PT2M');
      expect((await steer('GET', 'test/inboxes/mine')).body.notifications).toHaveLength(1);
    });

    it('reads what is encrypted with its certificate', async () => {
      await steer('POST', 'test/inboxes/mine');
      const { body } = await steer('GET', 'test/inboxes/mine/certificate');
      const more = { includeResourceData: true, ...body };
      await subscribe(porch, porch.inbox('mine'), { more });
      await set(porch, 'ada', 'Busy/InACall');
      await porch.settled();
      const { notifications } = (await steer('GET', 'test/inboxes/mine')).body;
      expect(notifications).toMatchObject([{ presence: { availability: 'Busy' } }]);
    });

    it.each([
      ['POST', 'no%20name', undefined, 400, '[Name]'],
      ['POST', '..%2Fetc', undefined, 400, '[Name]'],
      ['GET', 'unknown', undefined, 404, "no inbox 'unknown'"],
      ['GET', 'unknown/certificate', undefined, 404, "no inbox 'unknown'"],
      ['PATCH', 'unknown', { status: 503 }, 404, "no inbox 'unknown'"],
      ['PATCH', 'unknown', { status: 99 }, 400, '[Status]'],
      ['PATCH', 'unknown', { status: 503, times: 0 }, 400, '[Times]'],
    ])('is not there for %s %s %j', async (method, name, given, status, message) => {
      const answer = await steer(method, `test/inboxes/${name}`, given);
      expect([answer.status, answer.body.error.message]).toEqual([
        status,
        expect.stringContaining(message),
      ]);
    });

    it('is one of a thousand at most', async () => {
      for (let count = 0; count < 1000; count++) porch.inbox(`inbox-${count}`);
      const { status, body } = await steer('POST', 'test/inboxes/another');
      expect([status, body.error.message]).toEqual([
        409,
        'There are 1000 inboxes, which are the most.',
      ]);
    });
  });
});

describe('porchlight dev --memory', () => {
  let server: DevServer;
  let steer: ReturnType<typeof steering>;
  beforeAll(async () => {
    const flags = ['--memory', '--frozen', '--now', '2026-11-21T09:00:00Z'];
    server = await startPorchlightDev({ flags });
    steer = steering(server.http);
  });
  afterAll(() => server.stop());

  const presence = async () => {
    const { token } = (await steer('POST', 'test/tokens', { user: 'ada' })).body;
    const response = await fetch(`${server.http}/v1.0/me/presence`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return ((await response.json()) as { activity: string }).activity;
  };

  it('keeps no presence in a folder, can be put back, and has the clock it was given', async () => {
    expect((await steer('GET', 'clock')).body).toEqual({
      dateTime: '2026-11-21T09:00:00.000Z',
      state: 'frozen',
    });
    const { token } = (await steer('POST', 'test/tokens', {})).body;
    const { id } = (await steer('POST', 'test/snapshot')).body;
    const set = await fetch(
      `${server.http}/v1.0/users/fa8bf3dc-eca7-46b7-bad1-db199b62afc3/presence/setPresence`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          sessionId: '22553876-f5ab-4529-bffb-cfe50aa89f87',
          availability: 'Busy',
          activity: 'InACall',
        }),
      },
    );
    expect(set.status).toBe(200);
    expect(await presence()).toBe('InACall');
    await steer('POST', 'test/restore', { id });
    expect(await presence()).toBe('Offline');
    await steer('POST', 'clock/advance', { duration: 'PT1H' });
    expect((await steer('POST', 'test/reset')).body.dateTime).toBe('2026-11-21T09:00:00.000Z');
  });

  it.each([
    [['--frozen'], '--now, --frozen and --seed go with --memory'],
    [
      ['--memory', '--now', 'teatime'],
      "--now must be an instant such as 2026-11-21T09:00:00Z, not 'teatime'",
    ],
    [['--memory', '--seed', 'x'], "--seed must be a number of up to 9 digits, not 'x'"],
  ])('refuses %j', async (flags, reason) => {
    await expect(dev(flags, terminal)).rejects.toThrow(reason);
  });
});

describe('porchlight dev, which keeps what it is told,', () => {
  it('gives tokens and inboxes, and says how it could be put back', async () => {
    const server = await startPorchlightDev();
    const steer = steering(server.http);
    const { token } = (await steer('POST', 'test/tokens', { tenant: 'fabrikam.example' })).body;
    expect(decodeJwt(token).tid).toBe('fa1f282e-bfe9-41b1-88f2-5eb3ad83d1a2');
    expect((await steer('POST', 'test/inboxes/mine')).status).toBe(200);
    expect((await steer('POST', 'test/settled')).status).toBe(200);
    for (const [name, body] of [['reset'], ['snapshot'], ['restore', { id: '1' }]] as const) {
      const refused = await steer('POST', `test/${name}`, body);
      expect([refused.status, refused.body.error.message]).toEqual([
        409,
        expect.stringContaining('start it in memory: porchlight dev --memory'),
      ]);
    }
    await server.stop();
  });
});
