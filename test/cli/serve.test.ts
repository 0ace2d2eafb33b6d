import { readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askToken, EXAMPLE_APP } from '../../src/cli/ask-token.ts';
import { serve } from '../../src/cli/serve.ts';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import {
  type DevServer,
  runPorchlight,
  startPorchlightDev,
  startServe,
  temporaryFolder,
  tokenOf,
} from '../program.ts';
import { FABRIKAM, getPresence, setBusy, TENANT } from './graph.ts';
import { terminal } from './terminal.ts';

const ISSUER = {
  issuer: 'https://login.example/v2.0',
  tenant: TENANT,
  audiences: ['https://graph.microsoft.com'],
};

const SAFE = { listen: { port: 0 }, store: 'lmdb:data', issuers: [ISSUER] };

/** A configuration in a folder of its own, with files beside it. */
function configFile(config: unknown, files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const path = join(folder, 'porchlight.json');
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
  return path;
}

/** Why serve doesn't start. */
async function refusal(path: string): Promise<string> {
  const error = await serve(['--config', path], terminal).catch((each: unknown) => each);
  expect(error).toBeInstanceOf(Error);
  return (error as Error).message;
}

test('serve that refuses to start ends with 1 and one line', async () => {
  const path = configFile({ ...SAFE, issuers: [] });
  expect(await runPorchlight('serve', '--config', path)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `porchlight: ${path}: issuers must not be empty\n`,
  });
});

describe('serve refuses to start', () => {
  test('without a configuration file', async () => {
    const path = join(temporaryFolder(), 'nowhere.json');
    expect(await refusal(path)).toBe(`${path}: there is no such file`);
  });

  test.each([
    ['a configuration without issuers', { ...SAFE, issuers: undefined }, 'the file has no issuers'],
    [
      'an address beyond loopback without TLS',
      { ...SAFE, listen: { host: '0.0.0.0' } },
      'listen.host 0.0.0.0 is not loopback, so listen needs tls, or behindProxy where a proxy speaks HTTPS',
    ],
    ['a field it does not know', { ...SAFE, listne: {} }, 'listne is not known here'],
  ])('on %s, and names file and field', async (_, config, message) => {
    const path = configFile(config);
    expect(await refusal(path)).toBe(`${path}: ${message}`);
  });

  test('on certificate files that are not there, or hold no certificate', async () => {
    const tls = { certFile: 'cert.pem', keyFile: 'key.pem' };
    const config = { ...SAFE, listen: { port: 0, tls } };
    expect(await refusal(configFile(config, { 'key.pem': '' }))).toMatch(
      /^listen\.tls\.certFile: .*cert\.pem/,
    );
    expect(await refusal(configFile(config, { 'cert.pem': '', 'key.pem': '' }))).toMatch(
      /^listen\.tls: .*cert\.pem and .*key\.pem are not a certificate and its key: /,
    );
  });

  test('on a directory file that is not a list of tenants, and names file and field', async () => {
    const path = configFile(
      { ...SAFE, directory: { mode: 'file', file: 'tenants.json' } },
      { 'tenants.json': '{"tenants": [{}]}' },
    );
    expect(await refusal(path)).toMatch(/tenants\.json: tenants\[0\] has no id, /);
  });

  test('on a damaged store, and names its file', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'porchlight.mdb');
    writeFileSync(file, 'not a database');
    expect(await refusal(configFile({ ...SAFE, store: `lmdb:${folder}` }))).toContain(`${file}: `);
  });

  test('on the store of a later Porchlight, and names its file and version', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'porchlight.mdb');
    const store = await openLmdbStore({ path: folder });
    await store.close();
    const bytes = readFileSync(file, 'latin1');
    writeFileSync(file, bytes.replaceAll(/"schema":\d/g, '"schema":9'), 'latin1');
    expect(await refusal(configFile({ ...SAFE, store: `lmdb:${folder}` }))).toMatch(
      new RegExp(`^${file}: .*version 9`),
    );
  });
});

test('serve refuses a port that another program has, and names it', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  expect(await refusal(configFile({ ...SAFE, listen: { port } }))).toBe(
    `port ${port} on 127.0.0.1 is in use; choose another with listen.port`,
  );
  holder.close();
});

describe('serve with an OpenID issuer', () => {
  let issuer: DevServer;

  beforeAll(async () => {
    issuer = await startPorchlightDev();
  });

  afterAll(() => issuer.stop());

  const trusting = (http: string, tenant = TENANT) => ({
    ...SAFE,
    issuers: [{ ...ISSUER, issuer: `${http}/${tenant}/v2.0`, tenant }],
  });

  test('takes its tokens, is ready, and stops cleanly', async () => {
    const server = await startServe(configFile(trusting(issuer.http)));
    const ready = await fetch(`${server.origin}/readyz`);
    expect({ status: ready.status, body: await ready.json() }).toEqual({
      status: 200,
      body: { status: 'ready' },
    });

    const token = await tokenOf(issuer);
    expect(await setBusy(server.origin, token)).toMatchObject({ status: 200 });
    expect(await getPresence(server.origin, token)).toMatchObject({
      status: 200,
      body: { availability: 'Busy' },
    });
    const foreign = await tokenOf(issuer, '--tenant', FABRIKAM);
    expect(await getPresence(server.origin, foreign)).toMatchObject({
      status: 401,
      body: { error: { code: 'InvalidAuthenticationToken' } },
    });

    server.signal('SIGTERM');
    const { code, stderr, stdout } = await server.exited;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/"msg":"stopping"\}\n$/);
  });

  test('is strict and keeps a report where its configuration says so', async () => {
    const config = { ...trusting(issuer.http), strict: true, report: true };
    const server = await startServe(configFile(config));
    const ask = async (path: string, roles: string) => {
      const url = new URL(issuer.http);
      const token = await askToken({ url, tenant: 'common', app: EXAMPLE_APP, roles });
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(server.origin + path, { headers });
      return { status: answer.status, body: await answer.json() };
    };
    expect(await ask('/v1.0/subscriptions', 'Presence.Read.All')).toMatchObject({ status: 400 });
    expect(await ask('/porchlight/report', 'Presence.Read.All')).toMatchObject({ status: 403 });
    expect(await ask('/porchlight/report', 'Porchlight.Manage.All')).toMatchObject({
      status: 200,
      body: { applications: [{ additions: [{ name: 'app-only-subscriptions' }] }] },
    });
    await server.stop();
  });

  test('is not ready while the issuer is away, and then recovers by itself', async () => {
    const token = await tokenOf(issuer);
    await issuer.stop();
    const server = await startServe(configFile(trusting(issuer.http)));
    const away = await fetch(`${server.origin}/readyz`);
    expect({ status: away.status, body: await away.json() }).toEqual({
      status: 503,
      body: { status: 'not ready', reason: expect.any(String) },
    });
    expect(await getPresence(server.origin, token)).toMatchObject({
      status: 503,
      body: { error: { code: 'ServiceUnavailable' } },
    });

    const { port } = new URL(issuer.http);
    issuer = await startPorchlightDev({ dataDir: issuer.dataDir, port });
    // As a client does that is told to come back later.
    await setTimeout(Number(away.headers.get('retry-after')) * 1000);
    expect((await fetch(`${server.origin}/readyz`)).status).toBe(200);
    expect(await setBusy(server.origin, token)).toMatchObject({ status: 200 });
    await server.stop();
  });

  test('virtualClock lets the clock be moved, and is refused where several would go by it', async () => {
    const config = { ...trusting(issuer.http), virtualClock: true };
    const server = await startServe(configFile(config));
    const clock = (...args: readonly string[]) =>
      runPorchlight('clock', ...args, '--url', server.origin, '--token', manager);
    const manager = await tokenOf(issuer, '--roles', 'Porchlight.Manage.All');
    const user = await tokenOf(issuer);
    expect(await setBusy(server.origin, user)).toMatchObject({ status: 200 });
    // Longer than a token of its issuer lives.
    expect(await clock('advance', 'P1D')).toMatchObject({ code: 0 });
    expect(await getPresence(server.origin, user)).toMatchObject({
      status: 200,
      body: { availability: 'Offline' },
    });
    expect((await clock('reset')).stdout).toContain('running');
    await server.stop();

    const several = ['serve', '--config', configFile(config), '--workers', '2'];
    expect((await runPorchlight(...several)).stderr).toContain('--workers must be 1');
    const shared = configFile({ ...config, store: 'redis://127.0.0.1:1' });
    expect(await refusal(shared)).toContain('virtualClock needs an embedded store');
  });

  test('speaks HTTPS with a certificate of its own', async () => {
    const tls = {
      certFile: join(issuer.dataDir, 'dev', 'server.pem'),
      keyFile: join(issuer.dataDir, 'dev', 'server-key.pem'),
    };
    const config = { ...trusting(issuer.http), listen: { host: '0.0.0.0', port: 0, tls } };
    const server = await startServe(configFile(config));
    const address = new URL('/readyz', server.origin.replace('0.0.0.0', 'localhost'));
    expect(address.protocol).toBe('https:');
    const status = await new Promise((resolve, reject) => {
      get(address, { ca: readFileSync(issuer.caPath) }, (response) => {
        resolve(response.resume().statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(200);
    await server.stop();
  });
});
