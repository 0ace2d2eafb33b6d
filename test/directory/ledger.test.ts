import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import type { ServedDirectory } from '../../src/directory/directory.ts';
import type { UserLedger } from '../../src/directory/ledger.ts';
import { openDirectory } from '../../src/directory/open.ts';
import { directoryCollection, storedText } from '../../src/directory/stored-user.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { createMemory } from '../../src/store/memory.ts';
import type { DocumentStore } from '../../src/store/store.ts';
import { ADA, BRUNO, idOf, OTHER_TENANT, person, START_MS, TENANT } from './people.ts';

let memory: ReturnType<typeof createMemory>;
let open: ServedDirectory[];
let logged: string[];

beforeEach(() => {
  memory = createMemory();
  open = [];
  logged = [];
});
afterEach(() => Promise.all(open.map((each) => each.stop())));

const note = (about: { err?: unknown }) => void logged.push(String(about.err));
const log = { info: note, warn: note, error: note } as never;

/** A server that hears of nothing by itself: it knows what it has looked for. */
async function server(
  change: (documents: DocumentStore) => Partial<DocumentStore> = () => ({}),
): Promise<ServedDirectory & { ledger: UserLedger }> {
  const own = memory.open().documents;
  const directory = await openDirectory({
    mode: 'scim',
    tenants: [TENANT],
    documents: { ...own, onWritten: () => () => {}, ...change(own) },
    steadyClock: new ManualClock(START_MS),
    log,
  });
  open.push(directory);
  const { ledger } = directory;
  if (ledger === undefined) throw new Error('mode scim has no ledger');
  return { ...directory, ledger };
}

const ada = person(ADA, {
  userPrincipalName: 'ada@contoso.example',
  externalId: 'ada-1',
  displayName: 'Ada Moreau',
});
const bruno = person(BRUNO, { userPrincipalName: 'bruno@contoso.example' });

test('a user who was put is known here at once, and on the others when they ask', async () => {
  const [here, there] = [await server(), await server()];
  expect(await here.ledger.put(TENANT, ada, null)).toEqual(ada);
  expect(here.user(TENANT, ADA)).toEqual(ada);
  expect(here.lists(TENANT, ADA)).toBe(true);
  expect(there.user(TENANT, ADA)).toBeUndefined();
  await there.ledger.settled(TENANT);
  expect(there.ledger.user(TENANT, ADA)).toEqual(ada);
  expect(there.ledger.byUserName(TENANT, 'ADA@contoso.example')).toEqual(ada);
  expect(there.ledger.byExternalId(TENANT, 'ada-1')).toEqual(ada);
  expect((await server()).user(TENANT, ADA)).toEqual(ada);
});

test('a user who is deactivated stays known, and is listed no more', async () => {
  const { ledger, ...directory } = await server();
  await ledger.put(TENANT, ada);
  await ledger.put(TENANT, { ...ada, isActive: false }, ada);
  expect(directory.user(TENANT, ADA)).toMatchObject({ isActive: false });
  expect(directory.resolve(TENANT, 'ada@contoso.example')).toBe(ADA);
  expect(directory.lists(TENANT, ADA)).toBe(false);
});

describe('a user name', () => {
  test('is that of one user, in any case', async () => {
    const { ledger } = await server();
    await ledger.put(TENANT, ada);
    const copy = person(BRUNO, { userPrincipalName: 'ADA@contoso.example' });
    await expect(ledger.put(TENANT, copy)).rejects.toMatchObject({
      code: 'UserNameTaken',
      userId: ADA,
    });
    expect(ledger.user(TENANT, BRUNO)).toBeUndefined();
  });

  test('goes to one of two servers that give it away at the same time', async () => {
    const servers = await Promise.all(Array.from({ length: 4 }, () => server()));
    const results = await Promise.allSettled(
      servers.map(({ ledger }, n) =>
        ledger.put(TENANT, person(idOf(n), { userPrincipalName: 'one@contoso.example' }), null),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'UserNameTaken' });
    }
    const documents = await memory.open().documents.all(directoryCollection(TENANT));
    expect(documents.size).toBe(1);
  });

  test('is free again when its user is called otherwise, or gone', async () => {
    const [{ ledger }, there] = [await server(), await server()];
    await ledger.put(TENANT, ada);
    await ledger.put(TENANT, { ...ada, userPrincipalName: 'lovelace@contoso.example' }, ada);
    const next = person(BRUNO, { userPrincipalName: 'ada@contoso.example' });
    await there.ledger.put(TENANT, next, null);
    expect(await there.ledger.remove(TENANT, BRUNO)).toBe(true);
    await ledger.put(TENANT, person(idOf(1), { userPrincipalName: 'ada@contoso.example' }), null);
    expect(ledger.byUserName(TENANT, 'ada@contoso.example')?.id).toBe(idOf(1));
    expect(ledger.byUserName(TENANT, 'lovelace@contoso.example')?.id).toBe(ADA);
  });

  test('may change its case, and have any characters', async () => {
    const { ledger } = await server();
    await ledger.put(TENANT, { ...ada, userPrincipalName: 'zoë@contoso.example' });
    await ledger.put(TENANT, { ...ada, userPrincipalName: 'ZOË@contoso.example' });
    expect(ledger.byUserName(TENANT, 'zoë@CONTOSO.example')?.id).toBe(ADA);
  });

  test('of a user whose document is damaged can be given to another', async () => {
    const { ledger } = await server();
    await ledger.put(TENANT, ada);
    const damaged = { collection: directoryCollection(TENANT), id: ADA, text: 'damaged' };
    await memory.open().documents.write([damaged]);
    await ledger.settled(TENANT);
    expect(logged).toHaveLength(1);
    await ledger.put(TENANT, { ...bruno, userPrincipalName: 'ada@contoso.example' }, null);
    expect(ledger.byUserName(TENANT, 'ada@contoso.example')?.id).toBe(BRUNO);
    // And the damaged one can be replaced.
    await ledger.put(TENANT, { ...ada, userPrincipalName: 'ada2@contoso.example' }, null);
    expect(ledger.user(TENANT, ADA)).toBeDefined();
  });
});

describe('whoever says what they build on', () => {
  test('is told when it has changed, also elsewhere, and nothing is kept', async () => {
    const [{ ledger }, there] = [await server(), await server()];
    await ledger.put(TENANT, ada, null);
    await expect(ledger.put(TENANT, ada, null)).rejects.toMatchObject({ code: 'UserChanged' });
    await there.ledger.settled(TENANT);
    await there.ledger.put(TENANT, { ...ada, jobTitle: 'Captain' }, ada);
    const late = { ...ada, jobTitle: 'Cook' };
    await expect(ledger.put(TENANT, late, ada)).rejects.toMatchObject({ code: 'UserChanged' });
    expect(ledger.user(TENANT, ADA)).toMatchObject({ jobTitle: 'Captain' });
  });

  test('and doesn’t, replaces what is there', async () => {
    const [{ ledger }, there] = [await server(), await server()];
    await ledger.put(TENANT, ada);
    await there.ledger.put(TENANT, { ...ada, jobTitle: 'Captain' });
    expect(there.ledger.user(TENANT, ADA)).toMatchObject({ jobTitle: 'Captain' });
  });
});

test('a user who was learnt from a token can be provisioned under the same id', async () => {
  const text = storedText(person(ADA, { source: 'token', displayName: 'Ada' }));
  const { documents } = memory.open();
  await documents.write([{ collection: directoryCollection(TENANT), id: ADA, text }]);
  const { ledger } = await server();
  expect(ledger.user(TENANT, ADA)).toBeUndefined();
  await ledger.put(TENANT, ada, null);
  expect(ledger.user(TENANT, ADA)).toEqual(ada);
});

test('whoever removes a user says whom they mean, and is told when that one has changed', async () => {
  const [{ ledger }, there] = [await server(), await server()];
  await ledger.put(TENANT, ada, null);
  await there.ledger.settled(TENANT);
  await there.ledger.put(TENANT, { ...ada, jobTitle: 'Captain' }, ada);
  await expect(ledger.remove(TENANT, ADA, ada)).rejects.toMatchObject({ code: 'UserChanged' });
  expect(ledger.user(TENANT, ADA)).toMatchObject({ jobTitle: 'Captain' });
  expect(await ledger.remove(TENANT, ADA, { ...ada, jobTitle: 'Captain' })).toBe(true);
});

test('edits that go with a user are made with them, or not at all', async () => {
  const { ledger } = await server();
  const also = { collection: 'also', id: 'a', text: 'made' };
  await ledger.put(TENANT, ada, null, [also]);
  await expect(ledger.put(TENANT, ada, null, [{ ...also, id: 'b' }])).rejects.toMatchObject({
    code: 'UserChanged',
  });
  expect([...(await memory.open().documents.all('also')).keys()]).toEqual(['a']);
});

test('users are there page by page, in the order of their ids', async () => {
  const { ledger } = await server();
  for (const n of [3, 1, 2]) await ledger.put(TENANT, person(idOf(n)));
  expect(ledger.size(TENANT)).toBe(3);
  expect(ledger.page(TENANT, 1, 5).map(({ id }) => id)).toEqual([idOf(2), idOf(3)]);
});

test('removing one who isn’t there says so', async () => {
  const { ledger } = await server();
  expect(await ledger.remove(TENANT, ADA)).toBe(false);
});

test('when others are first each time, it is told that it may be tried later', async () => {
  const { ledger } = await server((own) => ({
    async write(edits) {
      // Somebody else changes the same user just before.
      const text = storedText(person(ADA, { jobTitle: String(Math.random()) }));
      await own.write([{ collection: directoryCollection(TENANT), id: ADA, text }]);
      await own.write(edits);
    },
  }));
  await expect(ledger.put(TENANT, ada)).rejects.toThrow(StoreUnavailable);
});

test('a tenant that isn’t served has nobody, and takes nobody', async () => {
  const { ledger } = await server();
  await ledger.settled(OTHER_TENANT);
  expect(ledger.user(OTHER_TENANT, ADA)).toBeUndefined();
  await expect(ledger.put(OTHER_TENANT, ada)).rejects.toThrow(RangeError);
});
