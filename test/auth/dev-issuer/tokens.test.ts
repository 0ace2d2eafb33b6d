import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { ALL_APPLICATION, ALL_DELEGATED } from '../../../src/auth/dev-issuer/everything.ts';
import { ManualClock } from '../../../src/clock.ts';
import { START_MS } from '../issuing.ts';
import {
  ADA,
  ANYONE,
  AS_ADA,
  AS_APP,
  BRIDGE,
  CONTOSO,
  GRAPH,
  start,
  WALLBOARD,
} from './running.ts';

describe('an application token', () => {
  it('has all roles of presence when the app has none of its own', async () => {
    const { ask, verifier } = await start();
    const { status, body } = await ask({ ...AS_APP, scope: `${GRAPH}/.default` });
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    expect(await verifier.verify(body.access_token)).toEqual({
      tenantId: CONTOSO,
      appId: BRIDGE,
      userId: null,
      permissions: new Set(ALL_APPLICATION),
      expiresMs: START_MS + 3_600_000,
    });
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['of the tenant file', { client_id: WALLBOARD }, ['Presence.Read.All']],
    [
      'asked for',
      { roles: 'Presence.ReadWrite.All Other.Read' },
      ['Presence.ReadWrite.All', 'Other.Read'],
    ],
    ['asked for: none', { roles: '' }, []],
  ])('has the roles %s', async (_name, form, roles) => {
    const { ask, verifier } = await start();
    const { body } = await ask({ ...AS_APP, ...form });
    const { permissions } = await verifier.verify(body.access_token);
    expect([...permissions]).toEqual(roles);
  });

  it('has the claims that code for Entra looks for', async () => {
    const { ask, url } = await start();
    const { body } = await ask(AS_APP);
    expect(decodeJwt(body.access_token)).toMatchObject({
      iss: `${url}/${CONTOSO}/v2.0`,
      aud: GRAPH,
      iat: START_MS / 1000,
      nbf: START_MS / 1000,
      exp: START_MS / 1000 + 3600,
      tid: CONTOSO,
      appid: BRIDGE,
      azp: BRIDGE,
      idtyp: 'app',
      ver: '2.0',
    });
  });

  it('is given for an id and secret in the Authorization header too', async () => {
    const { url } = await start();
    const basic = Buffer.from(`${BRIDGE}:s%3Ae`).toString('base64');
    const response = await fetch(`${url}/${CONTOSO}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

describe('a user token', () => {
  it('is given for an object id or a user principal name, with any password', async () => {
    const { ask, verifier } = await start();
    for (const username of [ADA, ADA.toUpperCase(), 'Ada@contoso.example']) {
      const { body } = await ask({ ...AS_ADA, username, scope: 'Presence.ReadWrite' });
      expect(await verifier.verify(body.access_token)).toEqual({
        tenantId: CONTOSO,
        appId: BRIDGE,
        userId: ADA,
        permissions: new Set(['Presence.ReadWrite']),
        expiresMs: START_MS + 3_600_000,
      });
      expect(decodeJwt(body.access_token)).toMatchObject({
        upn: 'ada@contoso.example',
        name: 'Ada Moreau',
        idtyp: 'user',
      });
    }
  });

  it('is given for any GUID, listed or not', async () => {
    const { ask, verifier } = await start();
    const { body } = await ask({ ...AS_ADA, username: ANYONE, client_id: ANYONE });
    const caller = await verifier.verify(body.access_token);
    expect(caller).toMatchObject({ userId: ANYONE, appId: ANYONE });
  });

  it.each<[string, string[]]>([
    ['Presence.Read', ['Presence.Read']],
    [`${GRAPH}/Presence.Read ${GRAPH}/Presence.ReadWrite`, ['Presence.Read', 'Presence.ReadWrite']],
    [`${GRAPH}/.default`, [...ALL_DELEGATED]],
    ['openid profile offline_access Presence.Read', ['Presence.Read']],
    ['presence.read openid presence.readwrite', ['Presence.Read', 'Presence.ReadWrite']],
    ['openid', []],
  ])('for the scope %s has these permissions', async (scope, permissions) => {
    const { ask, verifier } = await start();
    const { body } = await ask({ ...AS_ADA, scope });
    const caller = await verifier.verify(body.access_token);
    expect([...caller.permissions]).toEqual(permissions);
    expect(body.id_token !== undefined).toBe(scope.includes('openid'));
  });

  it('comes with an id token that is of no use against the API', async () => {
    const { ask, verifier } = await start();
    const { body } = await ask({ ...AS_ADA, scope: 'openid' });
    expect(decodeJwt(body.id_token ?? '')).toMatchObject({
      aud: BRIDGE,
      oid: ADA,
      preferred_username: 'ada@contoso.example',
    });
    await expect(verifier.verify(body.id_token ?? '')).rejects.toThrow('audience');
  });
});

describe('the lifetime', () => {
  it('is what ttl says', async () => {
    const clock = new ManualClock(START_MS);
    const { ask, verifier } = await start({ clock });
    const { body } = await ask({ ...AS_APP, ttl: 'PT90S' });
    expect(body.expires_in).toBe(90);
    await verifier.verify(body.access_token);
    clock.advance(90_000);
    await expect(verifier.verify(body.access_token)).rejects.toThrow(
      'The token expired at 2026-11-21T08:01:30.000Z.',
    );
  });

  it('is over already when ttl is negative', async () => {
    const { ask, verifier } = await start();
    const { body } = await ask({ ...AS_APP, ttl: '-PT1M' });
    expect(body.expires_in).toBe(0);
    await expect(verifier.verify(body.access_token)).rejects.toThrow(
      'The token expired at 2026-11-21T07:59:00.000Z.',
    );
  });
});
