import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import type { ServedDirectory } from '../../src/directory/directory.ts';
import { openDirectory } from '../../src/directory/open.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { until } from '../until.ts';
import { ADA, BRUNO, START_MS, signedIn, TENANT } from './people.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010802', 'hex');

let folder: string;
let path: string;
let clock: ManualClock;
let logged: { readonly level: string; readonly text: string }[];
let open: ServedDirectory[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'porchlight-directory-'));
  path = join(folder, 'people.json');
  clock = new ManualClock(START_MS);
  logged = [];
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((each) => each.stop()));
  await rm(folder, { recursive: true });
});

const ada = { id: ADA, userPrincipalName: 'ada@contoso.example', displayName: 'Ada Moreau' };
const bruno = { id: BRUNO, userPrincipalName: 'bruno@contoso.example', displayName: 'Bruno' };

function textOf(users: readonly object[], apps: readonly object[] = []): string {
  const tenant = { id: TENANT, domain: 'contoso.example', displayName: 'Contoso', users, apps };
  return JSON.stringify({ tenants: [tenant] });
}

const at = (level: string) => (about: { err?: unknown }, words: string) => {
  logged.push({ level, text: `${words}: ${about.err ?? ''}` });
};
const log = { info: at('info'), warn: at('warn'), error: at('error') } as never;

async function server(mode: 'file' | 'open' = 'file'): Promise<ServedDirectory> {
  const { documents } = openMemoryStore();
  const tenants = [TENANT];
  const directory = await openDirectory({
    mode,
    file: path,
    tenants,
    documents,
    steadyClock: clock,
    log,
  });
  open.push(directory);
  return directory;
}

/** Lets the server look, until it has taken notice of something. */
async function noticed(): Promise<void> {
  const before = logged.length;
  await until(() => {
    clock.advance(2000);
    return logged.length > before;
  });
}

test('only those in the file exist', async () => {
  await writeFile(path, textOf([ada]));
  const directory = await server();
  expect(directory.mode).toBe('listed');
  expect(directory.user(TENANT, ADA)).toMatchObject({ displayName: 'Ada Moreau', source: 'file' });
  expect(directory.resolve(TENANT, 'ADA@contoso.example')).toBe(ADA);
  expect(directory.lists(TENANT, BRUNO)).toBe(false);
  directory.learn(signedIn(BRUNO), { name: 'Bruno' });
  expect(directory.user(TENANT, BRUNO)).toBeUndefined();
  expect(directory.ledger).toBeUndefined();
});

describe('a file that has changed', () => {
  test('is read anew, when it was written over', async () => {
    await writeFile(path, textOf([ada]));
    const directory = await server();
    await writeFile(path, textOf([bruno]));
    await noticed();
    expect(directory.usersAfter(TENANT, '', 9).map(({ id }) => id)).toEqual([BRUNO]);
    expect(directory.resolve(TENANT, 'ada@contoso.example')).toBeUndefined();
    expect(logged).toEqual([{ level: 'info', text: 'directory read anew: ' }]);
  });

  test('is read anew, when another one took its place by renaming', async () => {
    await writeFile(path, textOf([ada]));
    const directory = await server();
    await writeFile(join(folder, 'next.json'), textOf([bruno]));
    await rename(join(folder, 'next.json'), path);
    await noticed();
    expect(directory.usersAfter(TENANT, '', 9).map(({ id }) => id)).toEqual([BRUNO]);
  });

  test('and can’t be used is refused, told once with what is wrong, and the old list stays', async () => {
    await writeFile(path, textOf([ada]));
    const directory = await server();
    await writeFile(path, textOf([bruno, { ...ada, id: 'nobody' }]));
    await noticed();
    expect(logged).toEqual([
      {
        level: 'error',
        text: expect.stringContaining(`${path}: tenants[0].users[1].id must be a GUID`),
      },
    ]);
    expect(directory.usersAfter(TENANT, '', 9).map(({ id }) => id)).toEqual([ADA]);
    await rm(path);
    await noticed();
    expect(logged[1]?.text).toContain('ENOENT');
    expect(directory.lists(TENANT, ADA)).toBe(true);
    await writeFile(path, textOf([bruno]));
    await noticed();
    expect(logged.map(({ level }) => level)).toEqual(['error', 'error', 'info']);
    expect(directory.lists(TENANT, BRUNO)).toBe(true);
  });

  test('is looked at no more by a server that has stopped', async () => {
    await writeFile(path, textOf([ada]));
    const directory = await server();
    await directory.stop();
    await writeFile(path, textOf([bruno]));
    clock.advance(60_000);
    // Another server on the same clock sees it: so this one would have, too.
    const other = await server();
    expect(other.lists(TENANT, BRUNO)).toBe(true);
    expect(directory.lists(TENANT, BRUNO)).toBe(false);
  });
});

describe('in mode open', () => {
  test('the file says who its users are, whatever their tokens say', async () => {
    await writeFile(path, textOf([ada]));
    const directory = await server('open');
    directory.learn(signedIn(ADA), { name: 'Somebody else' });
    directory.learn(signedIn(BRUNO), { name: 'Bruno', upn: 'ada@contoso.example' });
    expect(directory.mode).toBe('open');
    expect(directory.usersAfter(TENANT, '', 9)).toMatchObject([
      { id: BRUNO, displayName: 'Bruno', source: 'token' },
      { id: ADA, displayName: 'Ada Moreau', source: 'file' },
    ]);
    expect(directory.resolve(TENANT, 'ada@contoso.example')).toBe(ADA);
    expect(directory.usersAfter(TENANT, BRUNO, 9).map(({ id }) => id)).toEqual([ADA]);
    expect(directory.usersAfter(TENANT, '', 1).map(({ id }) => id)).toEqual([BRUNO]);
  });

  test('a user who comes into the file later is as the file says', async () => {
    await writeFile(path, textOf([ada]));
    const directory = await server('open');
    directory.learn(signedIn(BRUNO), { name: 'B.', upn: 'bruno@contoso.example' });
    await writeFile(path, textOf([ada, bruno]));
    await noticed();
    expect(directory.user(TENANT, BRUNO)).toMatchObject({ displayName: 'Bruno', source: 'file' });
    expect(directory.usersAfter(TENANT, '', 9)).toHaveLength(2);
  });
});

describe('a photo', () => {
  test('is found beside the file', async () => {
    await writeFile(join(folder, 'ada.png'), PNG);
    await writeFile(path, textOf([{ ...ada, photo: 'ada.png' }, bruno]));
    const directory = await server();
    expect(directory.photoFile(TENANT, ADA)).toBe(join(folder, 'ada.png'));
    expect(directory.photoFile(TENANT, BRUNO)).toBeUndefined();
  });

  test('that isn’t there keeps the server from starting, and names the field', async () => {
    await writeFile(path, textOf([bruno, { ...ada, photo: 'ada.png' }]));
    await expect(server()).rejects.toThrow(`${path}: tenants[0].users[1].photo: ENOENT`);
  });
});

test('applications are called as the file has it, whatever the case of their ids, and as it changes', async () => {
  const appId = '22553876-f5ab-4529-bffb-cfe50aa89f87';
  await writeFile(path, textOf([ada], [{ appId: appId.toUpperCase(), displayName: 'Bridge' }]));
  const directory = await server('open');
  expect(directory.appName(TENANT, appId)).toBe('Bridge');
  expect(directory.appName(TENANT, ADA)).toBeUndefined();
  expect(directory.appName(ADA, appId)).toBeUndefined();
  await writeFile(path, textOf([ada], [{ appId, displayName: 'Desk phone bridge' }]));
  await noticed();
  expect(directory.appName(TENANT, appId)).toBe('Desk phone bridge');
});
