import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as oidc from 'openid-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDevCertificates } from '../../../src/auth/dev-certificates/open.ts';
import { systemClock } from '../../../src/clock.ts';
import { ADA, BRIDGE, CONTOSO, GRAPH, start } from './running.ts';

describe('clients as they come', () => {
  it('openid-client discovers it and gets a token', async () => {
    const { url, verifier } = await start({ clock: systemClock });
    const issuer = new URL(`${url}/${CONTOSO}/v2.0`);
    const execute = [oidc.allowInsecureRequests];
    const found = await oidc.discovery(issuer, BRIDGE, 'secret', undefined, { execute });
    const scope = `${GRAPH}/.default`;
    const { access_token } = await oidc.clientCredentialsGrant(found, { scope });
    expect(await verifier.verify(access_token)).toMatchObject({ appId: BRIDGE });
  });

  it.each(['v2.0/', ''])('find the same discovery document under /{tenant}/%s', async (version) => {
    const { url } = await start();
    const response = await fetch(
      `${url}/contoso.example/${version}.well-known/openid-configuration`,
    );
    expect(await response.json()).toMatchObject({
      issuer: `${url}/${CONTOSO}/v2.0`,
      token_endpoint: `${url}/${CONTOSO}/oauth2/v2.0/token`,
      jwks_uri: `${url}/${CONTOSO}/discovery/v2.0/keys`,
    });
  });

  it('MSAL gets application and user tokens over HTTPS, trusting the dev CA', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'porchlight-msal-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const certificates = await openDevCertificates({ dir, nowMs: Date.now() });
    const { url, verifier } = await start({ clock: systemClock, https: certificates });

    // NODE_EXTRA_CA_CERTS is read when Node starts, hence a process of its own.
    const child = promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', MSAL_SCRIPT, `${url}/${CONTOSO}`, BRIDGE],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: certificates.caPath }, timeout: 20_000 },
    );
    const { application, user, account } = JSON.parse((await child).stdout);
    expect(await verifier.verify(application)).toMatchObject({ appId: BRIDGE, userId: null });
    expect(await verifier.verify(user)).toMatchObject({
      userId: ADA,
      permissions: new Set(['Presence.ReadWrite']),
    });
    expect(account).toMatchObject({
      homeAccountId: `${ADA}.${CONTOSO}`,
      tenantId: CONTOSO,
      username: 'ada@contoso.example',
    });
  });
});

const MSAL_SCRIPT = `
  import { ConfidentialClientApplication } from '@azure/msal-node';
  const [authority, clientId] = process.argv.slice(1);
  const { host } = new URL(authority);
  const client = new ConfidentialClientApplication({
    auth: { authority, clientId, clientSecret: 'any', knownAuthorities: [host] },
  });
  const application = await client.acquireTokenByClientCredential({
    scopes: ['https://graph.microsoft.com/.default'],
  });
  const user = await client.acquireTokenByUsernamePassword({
    scopes: ['https://graph.microsoft.com/Presence.ReadWrite'],
    username: 'ada@contoso.example',
    password: 'any',
  });
  const { homeAccountId, tenantId, username } = user.account;
  console.log(JSON.stringify({
    application: application.accessToken,
    user: user.accessToken,
    account: { homeAccountId, tenantId, username },
  }));
`;
