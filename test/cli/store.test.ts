import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { store } from '../../src/cli/store.ts';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import {
  type DevServer,
  type Exit,
  porchlight,
  runPorchlight,
  startPorchlightDev,
  startServe,
  temporaryFolder,
  tokenOf,
} from '../program.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { START_MS, setStatusMessage, tell, user } from '../store/commands.ts';
import { until } from '../until.ts';
import { ADA, call, getPresence, setBusy, TENANT } from './graph.ts';
import { terminal } from './terminal.ts';

const PASSWORD = 'a-secret-of-ours';

test.each([
  [[], 'store knows one command: copy'],
  [['move'], 'store knows one command: copy'],
  [['copy', 'all'], 'store knows one command: copy'],
  [['copy'], 'store copy needs --from STORE and --to STORE'],
  [['copy', '--from', 'lmdb:a'], 'store copy needs --from STORE and --to STORE'],
  [['copy', '--to', 'lmdb:a'], 'store copy needs --from STORE and --to STORE'],
  [['copy', '--from', 'lmdb:a', '--to', 'lmdb:./a/'], '--from and --to are the same store'],
  [['copy', '--from', 'lmdb:', '--to', 'lmdb:a'], '--from must be lmdb:FOLDER or an address'],
  [['copy', '--from', 'lmdb:a', '--to', 'b'], '--to must be lmdb:FOLDER or an address of Redis'],
  [['copy', '--colour', 'blue'], "Unknown option '--colour'"],
])('porchlight store %j is no command line', async (args, message) => {
  await expect(store(args, terminal)).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining(message),
  });
});

test('a command line that can’t be understood ends with 2, and repeats no password', async () => {
  const to = `reddis://:${PASSWORD}@127.0.0.1`;
  const { code, stderr } = await runPorchlight('store', 'copy', '--from', 'lmdb:a', '--to', to);
  expect(code).toBe(2);
  expect(stderr).not.toContain(PASSWORD);
});

describe('porchlight store copy', () => {
  let issuer: DevServer;
  let token: string;
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await startRedis({
      settings: { requirepass: PASSWORD, appendonly: 'yes', appendfsync: 'always' },
    });
    issuer = await startPorchlightDev();
    token = await tokenOf(issuer);
  });
  afterAll(async () => {
    await issuer?.stop();
    await redis?.stop();
  });

  const inRedis = (database: number) => `redis://:${PASSWORD}@127.0.0.1:${redis.port}/${database}`;

  function serve(store: string) {
    const path = join(temporaryFolder(), 'porchlight.json');
    const tenant = { issuer: `${issuer.http}/${TENANT}/v2.0`, tenant: TENANT };
    const issuers = [{ ...tenant, audiences: ['https://graph.microsoft.com'] }];
    writeFileSync(path, JSON.stringify({ listen: { port: 0 }, store, issuers }));
    return path;
  }

  async function copy(from: string, to: string): Promise<Exit> {
    const exit = await runPorchlight('store', 'copy', '--from', from, '--to', to);
    expect(exit.stdout + exit.stderr).not.toContain(PASSWORD);
    return exit;
  }

  const deltaOf = async (address: string) => {
    const response = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test('carries presence with its number, and the key, to Redis and back; delta begins anew', async () => {
    const folders = [temporaryFolder(), temporaryFolder()];
    const stores = [`lmdb:${folders[0]}`, inRedis(0), `lmdb:${folders[1]}`];
    const seen: unknown[] = [];
    const keys: string[] = [];
    const tokens: string[] = [];
    for (const [at, address] of stores.entries()) {
      const before = stores[at - 1];
      if (before !== undefined) {
        expect(await copy(before, address)).toMatchObject({
          code: 0,
          stdout: 'Copied and compared users: 1. Copied subscriptions: 0.\n',
          stderr: '',
        });
      }
      const server = await startServe(serve(address));
      if (at === 0) {
        expect(await setBusy(server.origin, token)).toMatchObject({ status: 200 });
        const message = {
          statusMessage: { message: { content: 'zurück um 3', contentType: 'text' } },
        };
        const path = `/users/${ADA}/presence/setStatusMessage`;
        expect(await call(server.origin, token, 'POST', path, message)).toMatchObject({
          status: 200,
        });
      }
      const { body } = await getPresence(server.origin, token);
      const { '@odata.context': _, ...presence } = body as Record<string, unknown>;
      seen.push(presence);
      keys.push(await (await fetch(`${server.origin}/${TENANT}/discovery/v2.0/keys`)).text());
      const delta = `${server.origin}/porchlight/presences/delta`;
      for (const old of tokens) {
        expect(await deltaOf(`${delta}?${old}`)).toMatchObject({ status: 410 });
      }
      const first = await deltaOf(`${delta}?ids=${ADA}`);
      expect(first).toMatchObject({ status: 200, body: { value: [presence] } });
      tokens.push(new URL(String(first.body['@odata.deltaLink'])).search.slice(1));
      expect(await server.stop()).toMatchObject({ code: 0 });
    }
    expect(seen[0]).toMatchObject({ availability: 'Busy', sequenceNumber: expect.any(String) });
    expect(seen.slice(1)).toEqual([seen[0], seen[0]]);
    expect(new Set(keys).size).toBe(1);
    const keyFiles = folders.map((folder) => readFileSync(join(folder, 'notification-key.json')));
    expect(keyFiles[1]).toEqual(keyFiles[0]);
  });

  test('killed in the middle, leaves what nobody serves; run again, it goes on', async () => {
    const folder = temporaryFolder();
    const from = await openLmdbStore({ path: folder });
    const users = 20_000;
    await Promise.all(
      Array.from({ length: users }, (_, at) =>
        tell(from, user(at), START_MS, setStatusMessage(`${at}`)),
      ),
    );
    await from.close();
    const args = ['--from', `lmdb:${folder}`, '--to', inRedis(1)];
    const killed = porchlight('store', 'copy', ...args);
    await redis.raw.select(1);
    await until(async () => (await redis.raw.dbsize()) > 3000);
    await killed.kill();
    expect(await redis.raw.dbsize()).toBeLessThan(users);

    expect(await runPorchlight('serve', '--config', serve(inRedis(1)))).toMatchObject({
      code: 1,
      stderr: `porchlight: the copy of lmdb:${folder} into this store was not finished; run porchlight store copy again\n`,
    });
    const { code, stdout, stderr } = await copy(`lmdb:${folder}`, inRedis(1));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Went on after \d+000 users copied before\.$/m);
    expect(stdout).toMatch(/^Copied and compared users: 20000\. Copied subscriptions: 0\.$/m);
    const served = await startServe(serve(inRedis(1)));
    await served.stop();
  });

  test('refuses a folder without a store, and makes none', async () => {
    const nowhere = join(temporaryFolder(), 'nowhere');
    expect(await copy(`lmdb:${nowhere}`, inRedis(2))).toMatchObject({
      code: 1,
      stderr: `porchlight: lmdb:${nowhere}: there is no such folder\n`,
    });
    expect(existsSync(nowhere)).toBe(false);
  });

  test('refuses a store that is served', async () => {
    const folder = temporaryFolder();
    const server = await startServe(serve(`lmdb:${folder}`));
    expect(await setBusy(server.origin, token)).toMatchObject({ status: 200 });
    expect(await copy(`lmdb:${folder}`, inRedis(3))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/porchlight\.mdb: process \d+ on .* serves it/),
    });
    await server.stop();
    const other = await startServe(serve(inRedis(3)));
    expect(await copy(`lmdb:${folder}`, inRedis(3))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^porchlight: the store to copy to is in use by .*; stop that first\n$/,
      ),
    });
    await other.stop();
    expect(await copy(`lmdb:${folder}`, inRedis(3))).toMatchObject({ code: 0 });
  });
});
