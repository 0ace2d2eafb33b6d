import { describe, expect, it } from 'vitest';
import { ANYONE, AS_ADA, AS_APP, BRIDGE, CONTOSO, start } from './running.ts';

describe('a token request is refused in the form of OAuth', () => {
  it.each<[string, Record<string, string>, string, string, number]>([
    [
      'without a grant',
      { client_id: BRIDGE },
      'invalid_request',
      'The field grant_type is missing',
      400,
    ],
    [
      'of an unknown grant',
      { ...AS_APP, grant_type: 'device_code' },
      'unsupported_grant_type',
      'grant_type must be',
      400,
    ],
    [
      'without an app',
      { grant_type: 'client_credentials' },
      'invalid_request',
      'The field client_id is missing',
      400,
    ],
    [
      'of an app that is no GUID',
      { ...AS_APP, client_id: 'app' },
      'invalid_client',
      'client_id must be a GUID',
      401,
    ],
    ['without a secret', { ...AS_APP, client_secret: '' }, 'invalid_client', 'client_secret', 401],
    [
      'with a scope that is not .default',
      { ...AS_APP, scope: 'Presence.Read' },
      'invalid_scope',
      '/.default',
      400,
    ],
    [
      'for two resources',
      { ...AS_ADA, scope: 'Presence.Read api://x/Y' },
      'invalid_scope',
      'One token is for one resource',
      400,
    ],
    [
      'for a resource that could be none',
      { ...AS_ADA, scope: 'x/Presence.Read' },
      'invalid_scope',
      'no resource',
      400,
    ],
    [
      'with a scope that is none',
      { ...AS_ADA, scope: '"' },
      'invalid_scope',
      'is not a permission',
      400,
    ],
    [
      'with roles that are none',
      { ...AS_APP, roles: '<' },
      'invalid_scope',
      'is not a permission',
      400,
    ],
    ['with roles for a user', { ...AS_ADA, roles: 'X' }, 'invalid_request', 'use scope', 400],
    [
      'of an unknown user',
      { ...AS_ADA, username: 'eve@contoso.example' },
      'invalid_grant',
      'ada@contoso.example',
      400,
    ],
    [
      'without a user',
      { ...AS_ADA, username: '' },
      'invalid_request',
      'The field username is missing',
      400,
    ],
    [
      'without a password',
      { ...AS_ADA, password: '' },
      'invalid_request',
      'The field password is missing',
      400,
    ],
    [
      'with a lifetime that is none',
      { ...AS_APP, ttl: 'soon' },
      'invalid_request',
      'ttl must be',
      400,
    ],
    ['with a lifetime of months', { ...AS_APP, ttl: 'P1M' }, 'invalid_request', 'ttl must be', 400],
    ['with too long a lifetime', { ...AS_APP, ttl: 'P31D' }, 'invalid_request', 'up to P30D', 400],
  ])('%s', async (_name, form, error, description, status) => {
    const { ask } = await start();
    const answer = await ask(form);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      error,
      error_description: expect.stringContaining(description),
      error_codes: [],
      timestamp: '2026-11-21 08:00:00Z',
      trace_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      correlation_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('in an unknown tenant, naming those there are', async () => {
    const { ask, url } = await start();
    const { status, body } = await ask(AS_APP, 'nowhere.example');
    expect(status).toBe(400);
    expect(body.error).toBe('invalid_tenant');
    expect(body.error_description).toContain(`contoso.example (${CONTOSO})`);
    const discovery = `${url}/nowhere.example/v2.0/.well-known/openid-configuration`;
    expect((await fetch(discovery)).status).toBe(400);
  });

  it('with a field that is there twice', async () => {
    const { url } = await start();
    const body = new URLSearchParams([...Object.entries(AS_APP), ['scope', 'a'], ['scope', 'b']]);
    const response = await fetch(`${url}/common/oauth2/v2.0/token`, { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error_description: 'The field scope is there more than once.',
    });
  });

  it.each([
    ['application/json', '{}', 415],
    ['text/plain', 'grant_type=password', 415],
    ['application/x-www-form-urlencoded', 'x'.repeat(70_000), 413],
    ['application/x-www-form-urlencoded', '', 400],
  ])('with a body of %s', async (type, body, status) => {
    const { url } = await start();
    const response = await fetch(`${url}/common/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
  });

  it('with the correlation id the client asked under', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/common/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { 'client-request-id': ANYONE },
      body: new URLSearchParams(),
    });
    expect(await response.json()).toMatchObject({ correlation_id: ANYONE });
  });

  it('under a Host that is no address', async () => {
    const { inject } = await start();
    const response = await inject({
      url: '/common/v2.0/.well-known/openid-configuration',
      headers: { host: 'evil"/x' },
    });
    expect(response.statusCode).toBe(400);
  });

  it('of a browser that wants to sign in', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/common/oauth2/v2.0/authorize?client_id=${BRIDGE}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'unsupported_response_type' });
  });
});
