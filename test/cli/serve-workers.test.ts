import { readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve } from '../../src/cli/serve.ts';
import {
  type DevServer,
  porchlight,
  runPorchlight,
  startPorchlightDev,
  temporaryFolder,
  tokenOf,
} from '../program.ts';
import { ADA, APP, TENANT } from './graph.ts';
import { terminal } from './terminal.ts';
import { Connection, childrenOf, configFor, startServeTogether } from './workers.ts';

const WORKERS = 3;
const PATIENCE_MS = 20_000;

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function until<Value>(
  what: string,
  look: () => Promise<Value | undefined> | Value | undefined,
) {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (performance.now() < deadlineMs) {
    const found = await look();
    if (found !== undefined) return found;
    await setTimeout(50);
  }
  throw new Error(`in ${PATIENCE_MS} ms it did not come to this: ${what}`);
}

function say(connection: Connection, content: string) {
  return connection.call('POST', `/v1.0/users/${ADA}/presence/setStatusMessage`, {
    statusMessage: { message: { content, contentType: 'text' } },
  });
}

async function said(connection: Connection): Promise<string | undefined> {
  const { body } = await connection.call('GET', `/v1.0/users/${ADA}/presence`);
  return (body as { statusMessage?: { message?: { content?: string } } }).statusMessage?.message
    ?.content;
}

describe('serve with workers', () => {
  let issuer: DevServer;
  let token: string;

  beforeAll(async () => {
    issuer = await startPorchlightDev();
    token = await tokenOf(issuer);
  });
  afterAll(() => issuer.stop());

  const configFile = (port = 0) => configFor(issuer, { listen: { port } });
  const startWorkers = () => startServeTogether(configFile(), WORKERS);

  const sockets = (data: string) => readdirSync(data).filter((name) => name.endsWith('.sock'));

  test('several processes answer, each sees what another has written, and one that is killed is replaced', async () => {
    const server = await startWorkers();
    const before = childrenOf(server);
    expect(before).toHaveLength(WORKERS);
    // Connections go to the workers in turn.
    const connections = Array.from(
      { length: 2 * WORKERS },
      () => new Connection(server.origin, token),
    );
    for (const [at, connection] of connections.entries()) {
      expect(await say(connection, `${at}`)).toMatchObject({ status: 200 });
      const read = await Promise.all(connections.map((other) => said(other)));
      expect(read).toEqual(connections.map(() => `${at}`));
    }

    const [victim = 0] = before;
    process.kill(victim, 'SIGKILL');
    await server.line(new RegExp(`"worker":${victim},"how":"SIGKILL"`));
    const replaced = await until('there is another in its place', () => {
      const now = childrenOf(server);
      return now.length === WORKERS && !now.includes(victim) ? now : undefined;
    });
    expect(replaced).toEqual(expect.arrayContaining(before.slice(1)));
    // The connections to the one that was killed were a third of all.
    const left = await Promise.allSettled(connections.map((connection) => said(connection)));
    const lost = left.filter(({ status }) => status === 'rejected');
    expect(lost.length).toBeLessThanOrEqual(2);
    for (const each of left) if (each.status === 'fulfilled') expect(each.value).toBe('5');
    for (const connection of connections) connection.close();

    server.signal('SIGTERM');
    const { code, stderr } = await server.exited;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(replaced.filter(isAlive)).toEqual([]);
    expect(sockets(server.data)).toEqual([]);
  });

  test('a stream hears of changes that were made through any of them', async () => {
    const server = await startWorkers();
    const controller = new AbortController();
    const stream = await fetch(`${server.origin}/porchlight/presences/stream?ids=${ADA}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: controller.signal,
    });
    expect(stream.status).toBe(200);
    let heard = '';
    const reading = (async () => {
      for await (const part of stream.body ?? []) heard += Buffer.from(part).toString();
    })().catch(() => {});
    for (let at = 0; at < 2 * WORKERS; at++) {
      const connection = new Connection(server.origin, token);
      expect(await say(connection, `said-${at}`)).toMatchObject({ status: 200 });
      connection.close();
      await until(`the stream tells of said-${at}`, () =>
        heard.includes(`said-${at}`) ? true : undefined,
      );
    }
    controller.abort();
    await reading;
    expect(await server.stop()).toMatchObject({ code: 0 });
  });

  test('ends with all its processes when the first is killed, and can be started again at once', async () => {
    const server = await startWorkers();
    const workers = childrenOf(server);
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    await until('the workers have ended', () => (workers.some(isAlive) ? undefined : true));
    const again = await runWith(join(server.data, '..', 'porchlight.json'));
    expect(await again.stop()).toMatchObject({ code: 0 });
    expect(sockets(server.data)).toEqual([]);
  });

  async function runWith(path: string) {
    const program = porchlight('serve', '--config', path, '--workers', '2');
    await program.line(/^.*"msg":"serving".*$/);
    return program;
  }

  test('that can not have the port ends with 1 and one line', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    const { path, data } = configFile(port);
    expect(await runPorchlight('serve', '--config', path, '--workers', '2')).toMatchObject({
      code: 1,
      stderr: `porchlight: port ${port} on 127.0.0.1 is in use; choose another with listen.port\n`,
    });
    expect(sockets(data)).toEqual([]);
    holder.close();
  });

  test('refuses a store that another program serves, whether that has workers or not', async () => {
    const server = await startWorkers();
    const path = join(server.data, '..', 'porchlight.json');
    for (const workers of ['1', '2']) {
      const { code, stderr } = await runPorchlight('serve', '--config', path, '--workers', workers);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining(`process ${server.pid} on`),
      });
    }
    expect(await server.stop()).toMatchObject({ code: 0 });
  });

  test.each(['0', '65', 'many', '-1', '1.5'])('refuses to start %s workers', async (workers) => {
    const { path } = configFile();
    await expect(serve(['--config', path, `--workers=${workers}`], terminal)).rejects.toThrow(
      '--workers must be a number from 1 to 64',
    );
  });

  test('refuses workers on Redis', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'porchlight.json');
    const config = {
      listen: { port: 0 },
      store: 'redis://127.0.0.1:1',
      issuers: [{ issuer: 'https://login.example/v2.0', tenant: TENANT, audiences: [APP] }],
    };
    writeFileSync(path, JSON.stringify(config));
    await expect(serve(['--config', path, '--workers', '2'], terminal)).rejects.toThrow(
      '--workers is for an embedded store',
    );
  });
});
