import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyPluginAsync } from 'fastify';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createDevIssuer } from '../../src/auth/dev-issuer/dev-issuer.ts';
import { issuerAt } from '../../src/auth/discovery.ts';
import { createPublisher, type PublisherOptions } from '../../src/auth/publisher/publisher.ts';
import { publisherRoutes } from '../../src/auth/publisher/routes.ts';
import { openSigningKey, type SigningKey } from '../../src/auth/signing-key.ts';
import { parseTenants } from '../../src/auth/tenant-file.ts';
import { createVerifier } from '../../src/auth/verifier.ts';
import { ManualClock } from '../../src/clock.ts';
import { createApp } from '../../src/http/app.ts';
import { temporaryFolder } from '../program.ts';
import { APP, START_MS, TENANT } from './issuing.ts';

const OTHER_TENANT = '11111111-1111-4111-8111-222222222222';
const OTHER_APP = '33333333-3333-4333-8333-444444444444';
const GRAPHS_APP = '00000003-0000-0000-c000-000000000000';
const PUBLISHER = '0bf30f3b-4a52-48df-9a82-234910c4a086';
const ORIGIN = 'https://presence.example';
const MINUTE_MS = 60_000;

let key: SigningKey;
beforeAll(async () => {
  key = await openSigningKey(null);
});

function setUp(differing: Partial<PublisherOptions> = {}) {
  const clock = new ManualClock(START_MS);
  const signed = { times: 0 };
  const publisher = createPublisher({
    key,
    issuerOf: (tenantId) => issuerAt(ORIGIN, tenantId),
    clock,
    randomUUID: () => {
      signed.times++;
      return randomUUID();
    },
    ...differing,
  });
  return { clock, signed, publisher };
}

/** The app around a plugin, on a port of its own. */
async function serve(plugin: FastifyPluginAsync): Promise<string> {
  const app = await createApp({
    nowMs: () => START_MS,
    report: (error) => {
      throw error;
    },
    trustProxy: false,
    cors: '*',
  });
  await app.register(plugin);
  onTestFinished(() => app.close());
  return app.listen({ port: 0, host: '127.0.0.1' });
}

describe('a validation token', () => {
  it('says what receivers look for', async () => {
    const token = await setUp().publisher.tokenFor(TENANT, APP);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', typ: 'JWT', kid: key.keyId });
    expect(decodeJwt(token)).toEqual({
      iss: `${ORIGIN}/${TENANT}/v2.0`,
      aud: APP,
      tid: TENANT,
      iat: START_MS / 1000 - 300,
      nbf: START_MS / 1000 - 300,
      exp: START_MS / 1000 + 3600,
      appid: PUBLISHER,
      azp: PUBLISHER,
      appidacr: '2',
      azpacr: '2',
      oid: PUBLISHER,
      sub: PUBLISHER,
      idtyp: 'app',
      ver: '2.0',
      uti: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it("has the version that its issuer's address stands for", async () => {
    const issuerOf = (tenantId: string) => `https://sts.windows.net/${tenantId}/`;
    const token = await setUp({ issuerOf }).publisher.tokenFor(TENANT, APP);
    expect(decodeJwt(token)).toMatchObject({ iss: issuerOf(TENANT), ver: '1.0' });
  });

  it('is the same one until a third of its hour is left', async () => {
    const { clock, publisher, signed } = setUp();
    const first = await publisher.tokenFor(TENANT, APP);
    clock.advance(40 * MINUTE_MS);
    expect(await publisher.tokenFor(TENANT, APP)).toBe(first);
    clock.advance(1);
    const second = await publisher.tokenFor(TENANT, APP);
    expect(second).not.toBe(first);
    expect(await publisher.tokenFor(TENANT, APP)).toBe(second);
    expect(signed.times).toBe(2);
  });

  it('is a new one when the clock was set back', async () => {
    const { clock, publisher } = setUp();
    await publisher.tokenFor(TENANT, APP);
    clock.advance(-10 * MINUTE_MS);
    const { nbf = 0 } = decodeJwt(await publisher.tokenFor(TENANT, APP));
    expect(nbf * 1000).toBeLessThanOrEqual(clock.nowMs());
  });

  it('is another for each pair of application and tenant', async () => {
    const { publisher } = setUp();
    const tokens = [
      await publisher.tokenFor(TENANT, APP),
      await publisher.tokenFor(TENANT, OTHER_APP),
      await publisher.tokenFor(OTHER_TENANT, APP),
    ].map((token) => decodeJwt(token));
    expect(tokens.map(({ aud, tid }) => [aud, tid])).toEqual([
      [APP, TENANT],
      [OTHER_APP, TENANT],
      [APP, OTHER_TENANT],
    ]);
  });

  it('is signed once for all who ask at the same time', async () => {
    const { publisher, signed } = setUp();
    const tokens = await Promise.all(
      Array.from({ length: 100 }, () => publisher.tokenFor(TENANT, APP)),
    );
    expect(new Set(tokens).size).toBe(1);
    expect(signed.times).toBe(1);
  });

  it("isn't signed while the server has no address, and is when it has", async () => {
    let origin = '';
    const { publisher } = setUp({ issuerOf: (tenantId) => issuerAt(origin, tenantId) });
    await expect(publisher.tokenFor(TENANT, APP)).rejects.toThrow('is no issuer: not an address');
    origin = ORIGIN;
    expect(decodeJwt(await publisher.tokenFor(TENANT, APP))).toMatchObject({
      iss: issuerAt(ORIGIN, TENANT),
    });
  });
});

describe('the key of validation tokens', () => {
  it('is found by discovery from the issuer that a token names', async () => {
    const origin = { is: '' };
    origin.is = await serve(publisherRoutes({ tenants: [TENANT], origin: () => origin.is, key }));
    const issuerOf = (tenantId: string) => issuerAt(origin.is, tenantId);
    const token = await setUp({ issuerOf }).publisher.tokenFor(TENANT, APP);

    const { iss = '' } = decodeJwt(token);
    const response = await fetch(`${iss}/.well-known/openid-configuration`);
    const document = (await response.json()) as { issuer: string; jwks_uri: string };
    expect(document).toEqual({
      issuer: iss,
      jwks_uri: `${origin.is}/${TENANT}/discovery/v2.0/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
    const keys = createRemoteJWKSet(new URL(document.jwks_uri));
    const currentDate = new Date(START_MS);
    await jwtVerify(token, keys, { issuer: document.issuer, audience: APP, currentDate });
  });

  it('is shown without its private half, whatever the case of the tenant', async () => {
    const url = await serve(publisherRoutes({ tenants: [TENANT], origin: () => ORIGIN, key }));
    const response = await fetch(`${url}/${TENANT.toUpperCase()}/discovery/v2.0/keys`);
    const { keys } = (await response.json()) as { keys: object[] };
    expect(keys).toEqual([key.publicJwk]);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  it.each([
    `/${OTHER_TENANT}/v2.0/.well-known/openid-configuration`,
    `/${OTHER_TENANT}/discovery/v2.0/keys`,
    '/common/discovery/v2.0/keys',
  ])("isn't shown for another tenant: %s", async (path) => {
    const url = await serve(publisherRoutes({ tenants: [TENANT], origin: () => ORIGIN, key }));
    const response = await fetch(url + path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: { code: 'NotFound', message: 'There is no such tenant here.' },
    });
  });

  it('comes without a token endpoint', async () => {
    const url = await serve(publisherRoutes({ tenants: [TENANT], origin: () => ORIGIN, key }));
    const response = await fetch(`${url}/${TENANT}/oauth2/v2.0/token`, { method: 'POST' });
    expect(response.status).toBe(404);
  });

  it('is kept for its owner only, and is the same after a restart', async () => {
    const path = join(temporaryFolder(), 'notification-key.json');
    const first = await openSigningKey(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await openSigningKey(path)).keyId).toBe(first.keyId);
  });
});

describe('the dev issuer', () => {
  const tenants = parseTenants(
    { tenants: [{ id: TENANT, domain: 'a.example', displayName: 'A', users: [], apps: [] }] },
    'here',
  );
  const create = () =>
    createDevIssuer({
      ...{ dataDir: null, tenants, randomUUID },
      clock: new ManualClock(START_MS),
      receiversClock: new ManualClock(START_MS),
    });

  it('shows the key of its validation tokens by discovery', async () => {
    const issuer = await create();
    const url = await serve(issuer.plugin);
    const token = await issuer.publisher(() => url).tokenFor(TENANT, APP);
    const { iss = '' } = decodeJwt(token);
    const response = await fetch(`${iss}/.well-known/openid-configuration`);
    const document = (await response.json()) as { issuer: string; jwks_uri: string };
    expect(document.issuer).toBe(iss);
    const keys = createRemoteJWKSet(new URL(document.jwks_uri));
    const currentDate = new Date(START_MS);
    await jwtVerify(token, keys, { issuer: iss, audience: APP, currentDate });
  });

  it('does not take a validation token for an access token', async () => {
    const { issuers, publisher } = await create();
    const verifier = createVerifier({ issuers, clock: new ManualClock(START_MS) });
    const { tokenFor } = publisher(() => ORIGIN);
    await expect(verifier.verify(await tokenFor(TENANT, APP))).rejects.toThrow(
      `The token's audience is "${APP}"`,
    );
    // An application that has the API's own name: any GUID is one in development.
    await expect(verifier.verify(await tokenFor(TENANT, GRAPHS_APP))).rejects.toThrow(
      'The token is a validation token of a change notification.',
    );
  });
});
