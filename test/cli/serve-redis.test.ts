import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type DevServer,
  ROOT,
  run,
  runPorchlight,
  start,
  startPorchlightDev,
  startServe,
  temporaryFolder,
  tokenOf,
} from '../program.ts';
import { freePort, type RedisServer, startRedis } from '../redis-server.ts';
import { getPresence, setBusy, TENANT } from './graph.ts';

const MAIN = join(ROOT, 'dist', 'main.js');
const PASSWORD = 'a-secret-of-ours';

function configFile(store: string, issuer: string): string {
  const path = join(temporaryFolder(), 'porchlight.json');
  const issuers = [{ issuer, tenant: TENANT, audiences: ['https://graph.microsoft.com'] }];
  writeFileSync(path, JSON.stringify({ listen: { port: 0 }, store, issuers }));
  return path;
}

describe('serve with a store on Redis', () => {
  let issuer: DevServer;
  let redis: RedisServer;
  let config: string;

  beforeAll(async () => {
    redis = await startRedis({
      settings: { requirepass: PASSWORD, appendonly: 'yes', appendfsync: 'always' },
    });
    issuer = await startPorchlightDev();
    const store = `redis://:${PASSWORD}@127.0.0.1:${redis.port}/1`;
    config = configFile(store, `${issuer.http}/${TENANT}/v2.0`);
  });
  afterAll(async () => {
    await issuer?.stop();
    await redis?.stop();
  });

  const readiness = async (origin: string) => (await fetch(`${origin}/readyz`)).status;

  test('keeps what it was told, when it is killed and when Redis is', async () => {
    const token = await tokenOf(issuer);
    const first = await startServe(config);
    expect(await setBusy(first.origin, token)).toMatchObject({ status: 200 });
    const keys = async (origin: string) =>
      (await fetch(`${origin}/${TENANT}/discovery/v2.0/keys`)).text();
    const signedBy = await keys(first.origin);
    await first.kill();

    const second = await startServe(config);
    expect(await getPresence(second.origin, token)).toMatchObject({
      status: 200,
      body: { availability: 'Busy' },
    });
    expect(await keys(second.origin)).toBe(signedBy);

    await redis.kill();
    await expect.poll(() => readiness(second.origin), { timeout: 5000 }).toBe(503);
    expect(await setBusy(second.origin, token)).toMatchObject({ status: 503 });
    await redis.start();
    await expect.poll(() => readiness(second.origin), { timeout: 5000 }).toBe(200);
    expect(await getPresence(second.origin, token)).toMatchObject({
      body: { availability: 'Busy' },
    });

    const third = await startServe(config);
    expect(await getPresence(third.origin, token)).toMatchObject({
      body: { availability: 'Busy' },
    });
    expect(await keys(third.origin)).toBe(signedBy);
    await third.stop();

    const { code, stdout, stderr } = await second.stop();
    expect(code).toBe(0);
    expect(stdout).toContain(
      'appendonly yes, appendfsync always: acknowledged writes survive a crash of the machine',
    );
    expect(stdout + stderr).not.toContain(PASSWORD);
  });

  test('goes on beside others after it stalled', async () => {
    const token = await tokenOf(issuer);
    const stalled = await startServe(config);
    stalled.signal('SIGSTOP');
    const other = await startServe(config);
    expect(await setBusy(other.origin, token)).toMatchObject({ status: 200 });
    stalled.signal('SIGCONT');
    await expect.poll(() => readiness(stalled.origin), { timeout: 5000 }).toBe(200);
    expect(await setBusy(stalled.origin, token)).toMatchObject({ status: 200 });
    expect(await getPresence(other.origin, token)).toMatchObject({
      body: { availability: 'Busy' },
    });
    await Promise.all([stalled.stop(), other.stop()]);
  });

  test('speaks TLS to a Redis whose certificate is trusted, and to no other', async () => {
    const { caPath, dataDir } = issuer;
    const port = await freePort();
    const secure = await startRedis({
      settings: {
        port: '0',
        'tls-port': String(port),
        'tls-cert-file': join(dataDir, 'dev', 'server.pem'),
        'tls-key-file': join(dataDir, 'dev', 'server-key.pem'),
        'tls-ca-cert-file': caPath,
        'tls-auth-clients': 'no',
      },
    });
    try {
      const path = configFile(`rediss://localhost:${port}`, `${issuer.http}/${TENANT}/v2.0`);
      const refused = await runPorchlight('serve', '--config', path);
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^porchlight: rediss:.*certificate/),
      });
      const args = [MAIN, 'serve', '--config', path];
      const trusting = start(process.execPath, args, { env: { NODE_EXTRA_CA_CERTS: caPath } });
      await trusting.line(/"msg":"serving"/);
      expect(await trusting.stop()).toMatchObject({ code: 0 });
    } finally {
      await secure.stop();
    }
  });

  test('says which package is missing, where it is', async () => {
    // The program beside all packages but one.
    const folder = temporaryFolder();
    const packages = join(folder, 'node_modules');
    mkdirSync(packages);
    for (const name of readdirSync(join(ROOT, 'node_modules'))) {
      if (name === 'ioredis') continue;
      symlinkSync(join(ROOT, 'node_modules', name), join(packages, name));
    }
    cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    const args = [join(folder, 'dist', 'main.js'), 'serve', '--config', config];
    expect(await run(process.execPath, args)).toMatchObject({
      code: 1,
      stderr: `porchlight: redis://127.0.0.1:${redis.port}/1: a store on Redis needs the package ioredis, version 6: npm install ioredis@6\n`,
    });
  });
});
