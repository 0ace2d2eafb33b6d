import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { ROOT, start, temporaryFolder } from '../program.ts';
import { freePort, startRedis } from '../redis-server.ts';
import { readOne, START_MS, setStatusMessage, tell, user } from '../store/commands.ts';
import { blocksOf, examplesUnder } from './readme-blocks.ts';

const PAGE = readFileSync(join(ROOT, 'docs/cluster.md'), 'utf8');
const EXAMPLE = 'examples/cluster.json';

/** Ports on the page and in the example. The test's are others. */
const PORTS = ['4280', '4301', '4302', '4303', '6390'];

const SEPARATOR = '---- next block ----';
const PATIENCE_MS = 50_000;

const isOpen = (port: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

test('three nodes take ten lines', () => {
  const [first] = examplesUnder('From nothing to three nodes', PAGE);
  expect(first?.commands.split('\n')).toHaveLength(10);
  expect(first?.commands).toMatch(/^npm ci && npm run -s build\n/);
});

describe('what docs/cluster.md shows under "From nothing to three nodes"', () => {
  const examples = examplesUnder('From nothing to three nodes', PAGE);
  let printed: readonly string[];
  const there = new Map<string, string>();
  const elsewhere = (text: string) =>
    text.replace(/\b\d{4}\b/g, (number) => there.get(number) ?? number);
  const asPrinted = (text: string) =>
    PORTS.reduce((page, port) => page.replaceAll(`:${there.get(port)}`, `:${port}`), text);

  // One shell for all of them, as a reader has. It is built already, for this test and for others.
  beforeAll(async () => {
    for (const port of PORTS) there.set(port, String(await freePort()));
    const example = join(temporaryFolder(), 'cluster.json');
    writeFileSync(example, elsewhere(readFileSync(join(ROOT, EXAMPLE), 'utf8')));
    const script = elsewhere(
      examples.map(({ commands }) => commands).join(`\necho '${SEPARATOR}'\n`),
    )
      .replace('npm ci && npm run -s build\n', '')
      .replace(EXAMPLE, example)
      .replace('main.js dev', `main.js dev --port ${there.get('4280')} --https-port 0`)
      .replace('main.js token', `main.js token --url http://127.0.0.1:${there.get('4280')}`);
    const env = { TMPDIR: temporaryFolder() };
    const shell = start('bash', ['-uo', 'pipefail', '-c', script], { env });
    // The shell's servers are of its group, and go with it whatever becomes of it.
    const timer = setTimeout(() => shell.signal('SIGKILL'), PATIENCE_MS);
    const { stdout, stderr, signal } = await shell.exited;
    clearTimeout(timer);
    if (signal !== null) throw new Error(`it didn't end: ${stdout}${stderr}`);
    printed = asPrinted(stdout).split(`${SEPARATOR}\n`);
  });

  test('prints what it says', () => {
    expect(printed).toHaveLength(examples.length);
    expect(examples.filter((example) => example.printed !== undefined)).toHaveLength(2);
    for (const [at, { printed: expected }] of examples.entries()) {
      const actual = printed[at] ?? '';
      if (expected === undefined) expect(actual).toBe('');
      else expect(JSON.parse(actual)).toEqual(JSON.parse(expected));
    }
  });

  test('leaves nothing running', async () => {
    const open = await Promise.all([...there.values()].map(isOpen));
    expect(open).toEqual(PORTS.map(() => false));
  });
});

describe('the user of Redis that docs/cluster.md makes', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());

  test('may do what a server needs, and nothing to what others keep there', async () => {
    const [line] = blocksOf(PAGE).flatMap(({ text }) => /^ACL SETUSER .*$/.exec(text) ?? []);
    const [command = '', ...words] = line?.split(' ') ?? [];
    await server.raw.call(command, ...words);
    const url = `redis://porchlight:PASSWORD@127.0.0.1:${server.port}`;
    const [one, other] = [await openRedisStore({ url }), await openRedisStore({ url })];
    expect(one.durability.text).toMatch(/^appendonly no/);
    const heard = new Promise((resolve) => other.onChanges(resolve));
    await tell(one, user(1), START_MS, setStatusMessage('here'));
    await heard;
    expect(await readOne(other, user(1))).toMatchObject({ number: expect.any(Number) });
    await one.documents.write([{ collection: 'a', id: 'b', text: 'c' }]);
    expect(await one.leases.attend()).toEqual([one.leases.self]);
    const lease = await one.leases.take(3);
    expect(await one.leases.renew(lease ? [lease] : [])).toEqual([lease]);
    expect(await one.trimFeed(0, START_MS, 10)).toBe(0);
    expect(await one.tenants()).toHaveLength(1);
    await Promise.all([one.close(), other.close()]);
    const may = (...asked: string[]) => server.raw.call('ACL', 'DRYRUN', 'porchlight', ...asked);
    expect(await may('GET', 'porchlight:{0}:meta')).toBe('OK');
    for (const asked of [
      ['GET', 'other'],
      ['FLUSHALL'],
      ['KEYS', '*'],
      ['CONFIG', 'SET', 'save', ''],
    ]) {
      expect(String(await may(...asked))).toMatch(/no permissions/);
    }
  });
});
