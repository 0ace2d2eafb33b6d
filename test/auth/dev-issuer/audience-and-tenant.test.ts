import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { createDevIssuer } from '../../../src/auth/dev-issuer/dev-issuer.ts';
import { readTenantFile } from '../../../src/auth/tenant-file.ts';
import { createVerifier } from '../../../src/auth/verifier.ts';
import { ManualClock } from '../../../src/clock.ts';
import { START_MS } from '../issuing.ts';
import { type Answer, AS_APP, BRIDGE, CONTOSO, FABRIKAM, GRAPH, start } from './running.ts';

describe("a token's audience", () => {
  it.each([GRAPH, `${GRAPH}/`, '00000003-0000-0000-c000-000000000000', 'https://localhost:4281'])(
    'may be %s',
    async (resource) => {
      const { ask, verifier } = await start();
      const { body } = await ask({ ...AS_APP, scope: `${resource}/.default` });
      expect(decodeJwt(body.access_token).aud).toBe(resource);
      expect(await verifier.verify(body.access_token)).toMatchObject({ appId: BRIDGE });
    },
  );

  it("may be the server's own address, under whatever name it is reached", async () => {
    const { inject, verifier } = await start();
    const response = await inject({
      method: 'POST',
      url: `/${CONTOSO}/oauth2/v2.0/token`,
      headers: { host: 'porchlight:4280', 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        ...AS_APP,
        scope: 'http://porchlight:4280/.default',
      }).toString(),
    });
    const { access_token: token } = response.json<Answer>();
    expect(decodeJwt(token).iss).toBe(`http://porchlight:4280/${CONTOSO}/v2.0`);
    expect(await verifier.verify(token)).toMatchObject({ appId: BRIDGE });
  });

  it('may be any other, and is refused by the API then', async () => {
    const { ask, verifier } = await start();
    const { body } = await ask({ ...AS_APP, scope: 'api://other/.default' });
    await expect(verifier.verify(body.access_token)).rejects.toThrow(
      `The token's audience is "api://other"; accepted from the dev issuer of contoso.example: "${GRAPH}"`,
    );
  });
});

describe('a tenant', () => {
  it.each([
    [CONTOSO, CONTOSO],
    ['Contoso.Example', CONTOSO],
    ['common', CONTOSO],
    ['organizations', CONTOSO],
    [FABRIKAM, FABRIKAM],
    ['fabrikam.example', FABRIKAM],
  ])('named %s is the one with id %s', async (name, tenantId) => {
    const { ask, verifier } = await start();
    const { body } = await ask(AS_APP, name);
    expect(await verifier.verify(body.access_token)).toMatchObject({ tenantId });
  });

  it("doesn't vouch for another: a token that says so is refused", async () => {
    const { ask, url } = await start();
    const { issuers } = await createDevIssuer({
      dataDir: null,
      tenants: await readTenantFile('examples/tenant.json'),
      clock: new ManualClock(START_MS),
      randomUUID,
    });
    const { body } = await ask(AS_APP);
    const elsewhere = createVerifier({ issuers, clock: new ManualClock(START_MS) });
    await expect(elsewhere.verify(body.access_token)).rejects.toThrow('does not publish');
    const [first, second] = issuers;
    expect(first?.matches(`${url}/${FABRIKAM}/v2.0`)).toBe(false);
    expect(second?.matches(`${url}/${FABRIKAM}/v2.0`)).toBe(true);
    expect(second?.matches(`x:${url}/x/${FABRIKAM}/v2.0`)).toBe(false);
  });
});
