import { type AddressInfo, createServer } from 'node:net';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DevServer, run, runPorchlight, startPorchlightDev, tokenOf } from '../program.ts';
import { ADA, APP, call, FABRIKAM, getPresence, setBusy, TENANT } from './graph.ts';

const SOMEBODY = '0d2b9c3e-8c1c-4f0d-9d7a-52b4b4a9b1f7';

let server: DevServer;

beforeAll(async () => {
  server = await startPorchlightDev();
});

afterAll(() => server.stop());

describe('porchlight token', () => {
  test('prints an application token with all there is for presence, and nothing else', async () => {
    const { code, stdout, stderr } = await runPorchlight('token', '--url', server.http);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(decodeJwt(stdout.trim())).toMatchObject({
      tid: TENANT,
      azp: APP,
      roles: expect.arrayContaining(['Presence.Read.All', 'Presence.ReadWrite.All']),
    });
    expect(await setBusy(server.http, stdout.trim())).toMatchObject({ status: 200 });
  });

  test('makes a delegated token with --user, by user principal name', async () => {
    const token = await tokenOf(server, '--user', 'ada@contoso.example');
    expect(decodeJwt(token)).toMatchObject({
      oid: ADA,
      scp: expect.stringContaining('Presence.Read Presence.Read.All Presence.ReadWrite'),
    });
    expect(await call(server.http, token, 'GET', '/me/presence')).toMatchObject({
      status: 200,
      body: { id: ADA },
    });
  });

  test('takes any GUID for a user and an application', async () => {
    const token = await tokenOf(server, '--user', SOMEBODY, '--app', SOMEBODY);
    expect(decodeJwt(token)).toMatchObject({ oid: SOMEBODY, azp: SOMEBODY });
    expect(await call(server.http, token, 'GET', '/me/presence')).toMatchObject({
      status: 200,
      body: { id: SOMEBODY, availability: 'Offline' },
    });
  });

  test('gives just the permissions asked for: --scopes and --roles', async () => {
    const user = await tokenOf(server, '--user', ADA, '--scopes', 'Presence.Read');
    expect(await setBusy(server.http, user)).toMatchObject({
      status: 403,
      body: { error: { message: expect.stringContaining('Presence.ReadWrite') } },
    });
    const app = await tokenOf(server, '--roles', 'Presence.Read.All');
    expect(await getPresence(server.http, app)).toMatchObject({ status: 200 });
    expect(await setBusy(server.http, app)).toMatchObject({
      status: 403,
      body: { error: { message: expect.stringContaining('Presence.ReadWrite.All') } },
    });
  });

  test('is of the tenant named with --tenant, where another tenant has no such user', async () => {
    const token = await tokenOf(server, '--tenant', 'fabrikam.example');
    expect(decodeJwt(token)).toMatchObject({ tid: FABRIKAM });
    expect(await getPresence(server.http, token)).toMatchObject({ status: 404 });
  });

  test('with a negative --ttl is one that the server refuses as expired', async () => {
    const token = await tokenOf(server, '--ttl', '-PT5M');
    expect(await getPresence(server.http, token)).toMatchObject({
      status: 401,
      body: {
        error: {
          code: 'InvalidAuthenticationToken',
          message: expect.stringContaining('expired'),
        },
      },
    });
  });

  test.each([
    [['--user', 'nobody@contoso.example'], 'ada@contoso.example'],
    [['--tenant', 'nowhere.example'], 'contoso.example'],
    [['--ttl', 'an hour'], 'ISO 8601 duration'],
    [['--app', 'my app'], 'GUID'],
  ])('%j ends with 1, and says what would do', async (flags, hint) => {
    const { code, stdout, stderr } = await runPorchlight(
      ...['token', '--url', server.http, ...flags],
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^porchlight: .*\n$/);
    expect(stderr).toContain(hint);
  });

  test('through npm run -s prints the token alone', async () => {
    const { code, stdout } = await run('npm', [
      ...['run', '-s', 'porchlight', '--', 'token', '--url', server.http],
    ]);
    expect(code).toBe(0);
    expect(await getPresence(server.http, stdout.slice(0, -1))).toMatchObject({ status: 200 });
  });
});

test('porchlight token without a server ends with 1, and asks whether dev runs', async () => {
  const nobody = createServer();
  await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(nobody.address() as AddressInfo).port}`;
  await new Promise((resolve) => nobody.close(resolve));

  const { code, stdout, stderr } = await runPorchlight('token', '--url', url);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(`porchlight: no answer from ${url}: `);
  expect(stderr).toContain('Is `porchlight dev` running there? --url says where to ask.');
});
