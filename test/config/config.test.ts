import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { historyRetention } from '../../src/config/history.ts';
import { ConfigInvalid, parseConfig, readConfig } from '../../src/config/read.ts';

const folder = mkdtempSync(join(tmpdir(), 'porchlight-'));

afterAll(() => rmSync(folder, { recursive: true }));

const ISSUER = {
  issuer: 'https://login.example/v2.0',
  tenant: '2f75e7fc-bf0b-44ac-82ef-9a2769953954',
  audiences: ['https://graph.microsoft.com'],
};

const LEAST = { store: 'lmdb:data', issuers: [ISSUER] };

const parse = (json: unknown) => parseConfig(json, '/etc/porchlight/porchlight.json');

test('a store and an issuer are enough; the rest has defaults', () => {
  expect(parse(LEAST)).toEqual({
    listen: { host: '127.0.0.1', port: 4280, behindProxy: false },
    profile: 'extended',
    strict: false,
    report: false,
    store: 'lmdb:/etc/porchlight/data',
    issuers: [ISSUER],
    directory: { mode: 'open', scim: [] },
    visibility: [],
    feed: { retention: 'P7D' },
    throttling: { within: 'PT30S' },
    history: { tenants: [] },
    webhooks: { allow: [] },
    calendars: { pollEvery: 'PT15M', allow: [] },
    virtualClock: false,
    log: { level: 'info' },
  });
});

test('what is given stands beside the defaults of the same object', () => {
  const config = parse({ ...LEAST, listen: { port: 8080 }, log: { level: 'warn' } });
  expect(config.listen).toEqual({ host: '127.0.0.1', port: 8080, behindProxy: false });
  expect(config.log).toEqual({ level: 'warn' });
});

test('history is told for a week, no longer than changes are kept, or as a tenant has it', () => {
  const forMs = (more: object, tenant = ISSUER.tenant) =>
    historyRetention(parse({ ...LEAST, ...more }))(tenant) / 3_600_000;
  expect(forMs({})).toBe(7 * 24);
  expect(forMs({ feed: { retention: 'P30D' } })).toBe(7 * 24);
  expect(forMs({ feed: { retention: 'PT4H' } })).toBe(4);
  expect(forMs({ history: { retention: 'PT2H' } })).toBe(2);
  const tenants = [{ tenant: ISSUER.tenant.toUpperCase(), retention: 'off' }];
  expect(forMs({ history: { tenants } })).toBe(0);
  expect(forMs({ history: { tenants } }, '00000000-0000-4000-8000-00000000000f')).toBe(7 * 24);
});

test('the JSON handed in stays as it is', () => {
  const json = structuredClone(LEAST);
  parse(json);
  expect(json).toEqual(LEAST);
});

test('paths start from the folder of the file', () => {
  const config = parse({
    ...LEAST,
    store: 'lmdb:../presence',
    listen: { tls: { certFile: 'tls/cert.pem', keyFile: '/run/key.pem' } },
    directory: { mode: 'file', file: './people.json' },
    calendars: { folder: 'calendars' },
  });
  expect(config.store).toBe('lmdb:/etc/presence');
  expect(config.listen.tls).toEqual({
    certFile: '/etc/porchlight/tls/cert.pem',
    keyFile: '/run/key.pem',
  });
  expect(config.directory.file).toBe('/etc/porchlight/people.json');
  expect(config.calendars.folder).toBe('/etc/porchlight/calendars');
});

test('editors may keep their $schema', () => {
  expect(() => parse({ ...LEAST, $schema: './schema.json' })).not.toThrow();
});

describe('an address beyond loopback', () => {
  test.each(['0.0.0.0', '::', '192.0.2.7', 'presence.example'])('%s alone is refused', (host) => {
    expect(() => parse({ ...LEAST, listen: { host } })).toThrow(
      `listen.host ${host} is not loopback, so listen needs tls, or behindProxy where a proxy speaks HTTPS`,
    );
  });

  test.each([{ tls: { certFile: 'cert.pem', keyFile: 'key.pem' } }, { behindProxy: true }])(
    'is taken with %j',
    (secure) => {
      expect(() => parse({ ...LEAST, listen: { host: '0.0.0.0', ...secure } })).not.toThrow();
    },
  );

  test.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])('%s is none', (host) => {
    expect(parse({ ...LEAST, listen: { host } }).listen.host).toBe(host);
  });
});

describe('an issuer', () => {
  const withIssuer = (changed: object) => parse({ ...LEAST, issuers: [{ ...ISSUER, ...changed }] });

  test.each(['http://127.0.0.1:4280/t/v2.0', 'http://localhost/t', 'http://[::1]:4280/t'])(
    'may speak plain HTTP on this machine: %s',
    (issuer) => {
      expect(withIssuer({ issuer }).issuers).toMatchObject([{ issuer }]);
    },
  );

  test.each(['http://login.example/v2.0', 'login.example', 'file:///etc/keys', ''])(
    'must speak HTTPS elsewhere: %s is refused',
    (issuer) => {
      expect(() => withIssuer({ issuer })).toThrow(
        'issuers.0.issuer must be an https URL (http for loopback only)',
      );
    },
  );

  test('may name its claims', () => {
    const claims = { user: 'sub', roles: 'realm_access.roles' };
    expect(withIssuer({ claims }).issuers).toMatchObject([{ claims }]);
  });
});

test.each([
  'redis://cache',
  'redis://127.0.0.1:7000/2',
  'redis://:p%40ss@cache',
  'rediss://me:secret@cache.example:6380/0',
  'redis+sentinel://one,two/presence?durability=strict&replicas=2',
  'rediss+cluster://me:secret@one:7000,two:7000?partitions=64',
])('the store may be a Redis: %s stays as it is', (store) => {
  expect(parseConfig({ ...LEAST, store }, '/etc/porchlight/porchlight.json').store).toBe(store);
});

describe('a configuration is refused with file, field and what it must be', () => {
  test.each([
    [null, 'the file must be an object'],
    [[], 'the file must be an object'],
    [{}, 'the file has no store, issuers'],
    [{ ...LEAST, stroe: 'lmdb:x' }, 'stroe is not known here'],
    [{ ...LEAST, store: 5 }, 'store must be text'],
    [{ ...LEAST, store: 'lmdb:' }, "store must be lmdb:FOLDER or redis://HOST, not 'lmdb:'"],
    [
      { ...LEAST, store: 'valkey://me:secret@cache' },
      "store must be lmdb:FOLDER or redis://HOST, not 'valkey:…@cache'",
    ],
    [
      { ...LEAST, store: 'redis://me:secret@cache/0?family=6' },
      "store: its address knows no 'family', but durability, replicas, partitions",
    ],
    [{ ...LEAST, store: 'redis://me:%zz@cache' }, 'store: its address must be redis://[USER'],
    [{ ...LEAST, store: 'rediss:///0' }, 'store: its address must be redis://[USER'],
    [{ ...LEAST, listen: null }, 'listen must be an object'],
    [{ ...LEAST, listen: { prot: 1 } }, 'listen.prot is not known here'],
    [{ ...LEAST, listen: { port: '4280' } }, 'listen.port must be a whole number'],
    [{ ...LEAST, listen: { port: 1.5 } }, 'listen.port must be a whole number'],
    [{ ...LEAST, listen: { port: 65_536 } }, 'listen.port must be <= 65535'],
    [{ ...LEAST, listen: { behindProxy: 'yes' } }, 'listen.behindProxy must be true or false'],
    [{ ...LEAST, listen: { tls: { certFile: 'c.pem' } } }, 'listen.tls has no keyFile'],
    [{ ...LEAST, profile: 'teams' }, 'profile must be graph or extended'],
    [{ ...LEAST, publicUrl: 'http://presence.example' }, 'publicUrl must be https:// and a host'],
    [{ ...LEAST, publicUrl: 'https://a.example/graph' }, 'publicUrl must be https:// and a host'],
    [{ ...LEAST, issuers: {} }, 'issuers must be a list'],
    [{ ...LEAST, issuers: [] }, 'issuers must not be empty'],
    [{ ...LEAST, issuers: [{}] }, 'issuers.0 has no issuer, tenant, audiences'],
    [{ ...LEAST, issuers: [{ ...ISSUER, tenant: 'contoso' }] }, 'issuers.0.tenant is not a GUID'],
    [{ ...LEAST, issuers: [ISSUER, ISSUER] }, 'issuers.1.issuer is that of issuers.0 too'],
    [
      { ...LEAST, issuers: [{ ...ISSUER, audiences: [] }] },
      'issuers.0.audiences must not be empty',
    ],
    [
      { ...LEAST, issuers: [{ ...ISSUER, audiences: [''] }] },
      'issuers.0.audiences.0 must not be empty',
    ],
    [
      { ...LEAST, issuers: [{ ...ISSUER, claims: { oid: 'sub' } }] },
      'issuers.0.claims.oid is not known here',
    ],
    [{ ...LEAST, directory: { mode: 'closed' } }, 'directory.mode must be open or file or scim'],
    [
      { ...LEAST, directory: { mode: 'file' } },
      'directory.file is needed where directory.mode is file',
    ],
    [
      { ...LEAST, directory: { mode: 'listed', file: 'people.json' } },
      'directory.mode: listed is called file now',
    ],
    [
      { ...LEAST, visibility: [{ tenant: 'contoso', who: 'groups' }] },
      'visibility.0.tenant is not a GUID',
    ],
    [
      {
        ...LEAST,
        visibility: [
          { tenant: ISSUER.tenant, who: 'groups' },
          { tenant: ISSUER.tenant.toUpperCase(), who: 'nobody' },
        ],
      },
      'visibility.1.tenant is listed twice',
    ],
    [
      { ...LEAST, directory: { mode: 'scim', file: 'people.json' } },
      'directory.file is not read where directory.mode is scim',
    ],
    [
      { ...LEAST, directory: { scim: [{ tenant: ISSUER.tenant, tokenSha256: 'ab'.repeat(32) }] } },
      'directory.scim is not read unless directory.mode is scim',
    ],
    [
      {
        ...LEAST,
        directory: {
          mode: 'scim',
          scim: [
            {
              tenant: '00000000-0000-4000-8000-000000000001',
              tokenSha256: 'ab'.repeat(32),
            },
          ],
        },
      },
      'directory.scim.0.tenant is the tenant of none of the issuers',
    ],
    [
      {
        ...LEAST,
        directory: { mode: 'scim', scim: [{ tenant: ISSUER.tenant, tokenSha256: 'the secret' }] },
      },
      'directory.scim.0.tokenSha256 must be 64 hexadecimal digits, as porchlight scim token prints them',
    ],
    [
      { ...LEAST, feed: { retention: 'PT59M' } },
      'feed.retention must be an ISO 8601 duration of PT1H or more',
    ],
    [
      { ...LEAST, feed: { retention: 'a week' } },
      'feed.retention must be an ISO 8601 duration of PT1H or more',
    ],
    [
      { ...LEAST, throttling: { within: 'PT0.5S' } },
      'throttling.within must be an ISO 8601 duration from PT1S to PT1H',
    ],
    [
      { ...LEAST, throttling: { within: 'PT61M' } },
      'throttling.within must be an ISO 8601 duration from PT1S to PT1H',
    ],
    [
      { ...LEAST, history: { retention: 'P8D' } },
      'history.retention is longer than feed.retention (P7D): changes must be kept to be told',
    ],
    [
      { ...LEAST, history: { retention: 'a week' } },
      'history.retention must be off, or an ISO 8601 duration such as P7D',
    ],
    [
      { ...LEAST, history: { tenants: [{ tenant: ISSUER.tenant, retention: 'PT0S' }] } },
      'history.tenants.0.retention must be off, or an ISO 8601 duration such as P7D',
    ],
    [
      { ...LEAST, history: { tenants: [{ tenant: 'contoso', retention: 'off' }] } },
      'history.tenants.0.tenant is not a GUID',
    ],
    [
      {
        ...LEAST,
        history: {
          tenants: [
            { tenant: ISSUER.tenant, retention: 'off' },
            { tenant: ISSUER.tenant.toUpperCase(), retention: 'P1D' },
          ],
        },
      },
      'history.tenants.1.tenant is listed twice',
    ],
    [
      { ...LEAST, calendars: { pollEvery: 'PT59S' } },
      'calendars.pollEvery must be an ISO 8601 duration of PT1M or more',
    ],
    [
      { ...LEAST, calendars: { allow: ['10.0.0.0/8'] } },
      "calendars.allow must hold host:port or http://host:port, not '10.0.0.0/8'",
    ],
    [
      { ...LEAST, webhooks: { allow: ['hooks.example'] } },
      "webhooks.allow must hold host:port or http://host:port, not 'hooks.example'",
    ],
    [{ ...LEAST, log: { level: 'trace' } }, 'log.level must be debug or info or warn or error'],
  ])('%j', (json, reason) => {
    expect(() => parse(json)).toThrow(ConfigInvalid);
    expect(() => parse(json)).toThrow(`/etc/porchlight/porchlight.json: ${reason}`);
  });
});

describe('a file', () => {
  test('is read', async () => {
    const path = join(folder, 'porchlight.json');
    writeFileSync(path, JSON.stringify(LEAST));
    expect(await readConfig(path)).toMatchObject({ store: `lmdb:${join(folder, 'data')}` });
  });

  test('that is not there is named', async () => {
    const path = join(folder, 'nowhere.json');
    await expect(readConfig(path)).rejects.toThrow(`${path}: there is no such file`);
  });

  test('that is not JSON is named, with what JSON stumbles over', async () => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, '{ "store": }');
    const error = await readConfig(path).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(ConfigInvalid);
    expect(String(error)).toContain(`${path}: Unexpected token`);
  });
});
