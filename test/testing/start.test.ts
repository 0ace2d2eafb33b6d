import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { type Porchlight, type StartOptions, startPorchlight } from '../../src/testing.ts';
import { as, set, shown } from './driving.ts';

let porch: Porchlight;
const start = async (options?: StartOptions) => {
  porch = await startPorchlight(options);
  return porch;
};
afterEach(() => porch.close());

const get = async (path: string, token: string) =>
  (await fetch(`${porch.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status;

describe('startPorchlight', () => {
  it('starts a server of the example tenant, whose clock stands still at the real time', async () => {
    const beforeMs = Date.now();
    await start();
    expect(porch.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(porch.graphUrl).toBe(porch.url);
    expect(porch.tenant.domain).toBe('contoso.example');
    expect(porch.users).toHaveLength(6);
    expect(porch.user('ada')).toBe(porch.user('ada@contoso.example'));
    expect(porch.user('ada').displayName).toBe('Ada Moreau');
    expect(porch.now.getTime()).toBeGreaterThanOrEqual(beforeMs);
    expect(porch.now.getTime()).toBeLessThanOrEqual(Date.now());
    const stood = porch.now;
    expect(await shown(porch, 'ada')).toBe('Offline/Offline');
    expect(porch.now).toEqual(stood);
  });

  it('takes users by name, with the same ids each time', async () => {
    await start({
      users: ['zoe', { userPrincipalName: 'yan@elsewhere.example', jobTitle: 'Cook' }],
    });
    const [zoe, yan] = porch.users;
    expect(zoe).toMatchObject({ userPrincipalName: 'zoe@contoso.example', displayName: 'Zoe' });
    expect(yan).toMatchObject({ userPrincipalName: 'yan@elsewhere.example', jobTitle: 'Cook' });
    await using again = await startPorchlight({ users: ['yan@elsewhere.example', 'zoe'] });
    expect(again.user('zoe').id).toBe(zoe?.id);
    expect(again.user('yan').id).toBe(yan?.id);
    const listed = (await as(porch)('GET', '/users')) as { value: { id: string }[] };
    expect(listed.value.map(({ id }) => id).sort()).toEqual([zoe?.id, yan?.id].sort());
  });

  it.each([
    [
      'an example tenant by its domain',
      'fabrikam.example',
      'fabrikam.example',
      'gwen@fabrikam.example',
    ],
    ['another by its domain', 'acme.example', 'acme.example', 'ada@acme.example'],
    [
      'another by its id',
      '77777777-0000-4000-8000-000000000007',
      'contoso.example',
      'ada@contoso.example',
    ],
  ])('takes %s', async (_, tenant, domain, name) => {
    await start({ tenant });
    expect(porch.tenant.domain).toBe(domain);
    expect(porch.users[0]?.userPrincipalName).toBe(name);
    expect(decodeJwt(await porch.token()).tid).toBe(porch.tenant.id);
    await set(porch, name, 'Busy/InACall');
    expect(await shown(porch, name)).toBe('Busy/InACall');
  });

  it.each([
    [{ now: 'teatime' }, "'teatime' is no instant"],
    [{ users: ['a b'] }, 'tenants[0].users[0].userPrincipalName must be a user principal name'],
    [{ users: ['ada', 'ADA'] }, 'is that of tenants[0].users[0] too'],
    [{ tenant: { id: 'one' } }, 'tenants[0].id must be a GUID'],
  ])('refuses %j, and says why', async (options, reason) => {
    await start();
    await expect(startPorchlight(options)).rejects.toThrow(reason);
  });

  it('lets several go on beside each other, each by its own clock', async () => {
    await start({ now: '2026-11-21T09:00:00Z' });
    await using other = await startPorchlight({ now: '2030-01-01T00:00:00Z' });
    await set(porch, 'ada', 'Available/Available');
    await other.advance('P1D');
    expect(await shown(porch, 'ada')).toBe('Available/Available');
    expect(await shown(other, 'ada')).toBe('Offline/Offline');
  });
});

describe('a token', () => {
  it('is of any user and any application, for as long and as much as it says', async () => {
    await start({ now: '2026-11-21T09:00:00Z' });
    const delegated = decodeJwt(
      await porch.token({ user: 'ada', permissions: ['Presence.Read'], expiresIn: 'PT5M' }),
    );
    expect(delegated).toMatchObject({ oid: porch.user('ada').id, scp: 'Presence.Read' });
    expect(delegated.exp).toBe(Date.parse('2026-11-21T09:05:00Z') / 1000);
    const app = '99999999-0000-4000-8000-000000000009';
    expect(decodeJwt(await porch.token({ app, permissions: ['Presence.Read.All'] }))).toMatchObject(
      {
        azp: app,
        roles: ['Presence.Read.All'],
      },
    );
    const named = decodeJwt(await porch.token({ app: 'Wallboard, which only reads' }));
    expect(named.roles).toEqual(['Presence.Read.All']);
    expect(decodeJwt(await porch.token({ user: app })).oid).toBe(app);
  });

  it('is good by the clock of the test', async () => {
    await start({ now: '2026-11-21T09:00:00Z' });
    const token = await porch.token({ user: 'ada' });
    expect(await get('/v1.0/me/presence', token)).toBe(200);
    await porch.advance('PT1H');
    expect(await get('/v1.0/me/presence', token)).toBe(401);
    const expired = await porch.token({ user: 'ada', expiresIn: -1000 });
    expect(await get('/v1.0/me/presence', expired)).toBe(401);
  });

  it('allows what it says and no more', async () => {
    await start();
    const token = await porch.token({ user: 'ada', permissions: ['Presence.Read'] });
    expect(await get(`/v1.0/users/${porch.user('bruno').id}/presence`, token)).toBe(403);
  });

  it.each([
    [{ user: 'zoe' }, '[User]: nobody is called'],
    [{ app: 'nothing' }, '[App]:'],
    [{ permissions: ['a b'] }, '[Permissions]:'],
    [{ expiresIn: 'P31D' }, '[ExpiresIn]:'],
    [{ expiresIn: 'soon' }, '[ExpiresIn]:'],
  ])('is refused for %j', async (options, reason) => {
    await start();
    await expect(porch.token(options)).rejects.toThrow(reason);
    expect(() => porch.user('zoe')).toThrow('nobody is called');
  });
});

describe('the clock', () => {
  it('is moved by a duration, ms or to an instant, and tells what happened', async () => {
    await start({ now: '2026-11-21T09:00:00Z' });
    await set(porch, 'ada', 'Available/Available');
    const faded = await porch.advance('PT5M');
    expect(faded.dateTime).toBe('2026-11-21T09:05:00.000Z');
    expect(faded.events).toMatchObject([
      {
        dateTime: '2026-11-21T09:05:00.000Z',
        kind: 'presence',
        userId: porch.user('ada').id,
        after: { availability: 'Available', activity: 'AvailableInactive' },
      },
    ]);
    expect((await porch.advance(299_999)).events).toEqual([]);
    expect((await porch.advance(1)).events).toHaveLength(1);
    expect((await porch.setClock('2026-11-21T12:59:59Z')).events).toEqual([]);
    const ended = await porch.setClock(new Date('2026-11-21T13:00:00Z'));
    expect(ended.events).toMatchObject([{ after: { availability: 'Offline' } }]);
    expect((await porch.setClock('2026-11-21T09:00:00Z')).dateTime).toBe(
      '2026-11-21T09:00:00.000Z',
    );
  });

  it.each(['soon', 'PT', -1, Number.NaN])('is not moved by %s', async (by) => {
    await start();
    const before = porch.now;
    await expect(porch.advance(by)).rejects.toThrow(TypeError);
    expect(porch.now).toEqual(before);
  });
});

it('a closed one has let go of its port, and is closed once', async () => {
  await start();
  await Promise.all([porch.close(), porch.close()]);
  await expect(fetch(`${porch.url}/porchlight/health/live`)).rejects.toThrow();
});

it('Microsoft’s client is not pointed at a server without HTTPS', async () => {
  await start();
  expect(() => porch.clientOptions()).toThrow('startPorchlight({ https: true })');
});
