import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import type { ServedDirectory } from '../../src/directory/directory.ts';
import { createKeptUsers, type KeptUsers } from '../../src/directory/kept-users.ts';
import { createLearner, type LearnerParts } from '../../src/directory/learner.ts';
import { openDirectory } from '../../src/directory/open.ts';
import { directoryCollection, storedText } from '../../src/directory/stored-user.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { createMemory } from '../../src/store/memory.ts';
import type { DocumentEdit, DocumentStore } from '../../src/store/store.ts';
import { until } from '../until.ts';
import { ADA, BRUNO, idOf, OTHER_TENANT, person, START_MS, signedIn, TENANT } from './people.ts';

const CLAIMS = {
  preferred_username: 'ada@contoso.example',
  name: 'Ada Moreau',
  given_name: 'Ada',
  family_name: 'Moreau',
  email: 'ada@contoso.example',
};

let memory: ReturnType<typeof createMemory>;
let clock: ManualClock;
let logged: string[];
let open: ServedDirectory[];

beforeEach(() => {
  memory = createMemory();
  clock = new ManualClock(START_MS);
  logged = [];
  open = [];
});
afterEach(() => Promise.all(open.map((each) => each.stop())));

const note = (about: { err?: unknown }) => void logged.push(String(about.err));
const log = { info: note, warn: note, error: note } as never;

async function server(mode: 'open' | 'scim' = 'open'): Promise<ServedDirectory> {
  const { documents } = memory.open();
  const directory = await openDirectory({
    mode,
    tenants: [TENANT],
    documents,
    steadyClock: clock,
    log,
  });
  open.push(directory);
  return directory;
}

const kept = () => memory.open().documents.all(directoryCollection(TENANT));

describe('a token', () => {
  test('tells who its user is, at once here and a second later everywhere', async () => {
    const [here, there] = [await server(), await server()];
    here.learn(signedIn(ADA), CLAIMS);
    const ada = {
      id: ADA,
      userPrincipalName: 'ada@contoso.example',
      displayName: 'Ada Moreau',
      givenName: 'Ada',
      surname: 'Moreau',
      mail: 'ada@contoso.example',
      jobTitle: null,
      groups: [],
      isActive: true,
      externalId: null,
      source: 'token',
    };
    expect(here.user(TENANT, ADA)).toEqual(ada);
    expect(here.resolve(TENANT, 'ADA@contoso.example')).toBe(ADA);
    expect(here.lists(TENANT, ADA)).toBe(true);
    expect(there.user(TENANT, ADA)).toBeUndefined();
    clock.advance(1000);
    await until(() => there.user(TENANT, ADA) !== undefined);
    expect(there.user(TENANT, ADA)).toEqual(ada);
    expect((await server()).user(TENANT, ADA)).toEqual(ada);
  });

  test('with other names changes them, and what it doesn’t say stays', async () => {
    const directory = await server();
    directory.learn(signedIn(ADA), CLAIMS);
    directory.learn(signedIn(ADA), { upn: 'lovelace@contoso.example', name: 'Ada Lovelace' });
    expect(directory.user(TENANT, ADA)).toMatchObject({
      userPrincipalName: 'lovelace@contoso.example',
      displayName: 'Ada Lovelace',
      givenName: 'Ada',
    });
    expect(directory.resolve(TENANT, 'ada@contoso.example')).toBeUndefined();
  });

  test('of an application, of a tenant that isn’t served, or without names tells nothing', async () => {
    const directory = await server();
    directory.learn(signedIn(null), CLAIMS);
    directory.learn(signedIn(ADA, OTHER_TENANT), CLAIMS);
    directory.learn(signedIn(ADA), { oid: ADA });
    expect(directory.usersAfter(TENANT, '', 10)).toEqual([]);
    expect(directory.user(OTHER_TENANT, ADA)).toBeUndefined();
  });

  test('that has a name which somebody else had takes it from them, on every server', async () => {
    const directory = await server();
    directory.learn(signedIn(BRUNO), { upn: 'desk@contoso.example', name: 'Bruno' });
    directory.learn(signedIn(ADA), { upn: 'desk@contoso.example' });
    expect(directory.resolve(TENANT, 'desk@contoso.example')).toBe(ADA);
    expect(directory.user(TENANT, BRUNO)).toMatchObject({
      userPrincipalName: null,
      displayName: 'Bruno',
    });
    await directory.stop();
    const next = await server();
    expect(next.resolve(TENANT, 'desk@contoso.example')).toBe(ADA);
  });

  test('makes nobody exist where users are provisioned', async () => {
    const directory = await server('scim');
    directory.learn(signedIn(ADA), CLAIMS);
    expect(directory.user(TENANT, ADA)).toBeUndefined();
    expect(directory.mode).toBe('listed');
    await directory.stop();
    expect(await kept()).toEqual(new Map());
  });

  test('learnt before makes nobody exist where users are provisioned now', async () => {
    const before = await server();
    before.learn(signedIn(ADA), CLAIMS);
    await before.stop();
    expect((await kept()).size).toBe(1);
    expect((await server('scim')).user(TENANT, ADA)).toBeUndefined();
  });
});

test.each([
  [{ preferred_username: 'ada', upn: 'ada@contoso.example' }, 'ada@contoso.example'],
  [{ preferred_username: 'ada@contoso.example', upn: 'ada' }, 'ada@contoso.example'],
  [{ unique_name: 'ada@contoso.example' }, 'ada@contoso.example'],
  [{ preferred_username: 'ada' }, 'ada'],
  [{ preferred_username: '' }, null],
  [{ preferred_username: 'ada moreau' }, null],
  [{ preferred_username: 'a/../b@contoso.example' }, null],
  [{ preferred_username: 5 }, null],
  [{ preferred_username: `${'a'.repeat(256)}@contoso.example` }, null],
  [{ preferred_username: 'ada\ud800@contoso.example' }, null],
])('by the claims %j the user principal name is %j', async (claims, expected) => {
  const directory = await server();
  directory.learn(signedIn(ADA), { ...claims, name: 'Ada' });
  expect(directory.user(TENANT, ADA)?.userPrincipalName).toBe(expected);
});

test.each<Readonly<Record<string, unknown>>>([
  { name: 'a\u0000b' },
  { name: 'x'.repeat(257) },
  { name: ' ' },
  { name: { first: 'Ada' } },
  { email: 'no address' },
  { other: 'x' },
])('by the claims %j nothing is learnt', async (claims) => {
  const directory = await server();
  directory.learn(signedIn(ADA), claims);
  expect(directory.user(TENANT, ADA)).toBeUndefined();
});

describe('keeping', () => {
  let writes: (readonly DocumentEdit[])[];
  let keeps: KeptUsers;
  let failure: Error | undefined;
  let written: Promise<void>;

  async function learner(more: Partial<LearnerParts> = {}) {
    const own = memory.open().documents;
    writes = [];
    failure = undefined;
    written = Promise.resolve();
    const documents: DocumentStore = {
      ...own,
      async write(edits) {
        if (failure !== undefined) throw failure;
        writes.push(edits);
        await own.write(edits);
        await written;
      },
    };
    keeps = createKeptUsers({ documents, tenantId: TENANT, steadyClock: clock, onError: () => {} });
    await keeps.settled();
    return createLearner({
      documents,
      keptOf: () => keeps,
      keptCount: () => keeps.users.size,
      isListed: () => false,
      clock,
      onError: (error) => logged.push(String(error)),
      ...more,
    });
  }
  afterEach(() => keeps.stop());

  test('gathers what a second brings into one write, and writes nothing that is known', async () => {
    const { learn, stop } = await learner();
    for (let n = 0; n < 100; n++) learn(signedIn(idOf(n)), { name: `User ${n}` });
    learn(signedIn(idOf(0)), { name: 'Somebody else' });
    expect(writes).toEqual([]);
    clock.advance(1000);
    await until(() => writes.length > 0);
    expect(writes.map((edits) => edits.length)).toEqual([100]);
    learn(signedIn(idOf(0)), { name: 'Somebody else' });
    clock.advance(10_000);
    await stop();
    expect(writes).toHaveLength(1);
  });

  test('learns no more users than there is room for, and says so once; those known still change', async () => {
    const { learn, stop } = await learner({ mostLearnt: 2 });
    for (let n = 0; n < 4; n++) learn(signedIn(idOf(n)), { name: `User ${n}` });
    learn(signedIn(idOf(1)), { name: 'Changed' });
    expect(keeps.users.after('', 9).map(({ displayName }) => displayName)).toEqual([
      'User 0',
      'Changed',
    ]);
    expect(logged).toEqual([expect.stringContaining('2 users')]);
    await stop();
  });

  test('has no more wait than it may; whoever was passed over is learnt with a later token', async () => {
    const { learn, stop } = await learner({ mostPending: 2 });
    for (let n = 0; n < 3; n++) learn(signedIn(idOf(n)), { name: `User ${n}` });
    expect(keeps.users.size).toBe(2);
    clock.advance(1000);
    await until(() => writes.length === 1);
    await until(() => {
      learn(signedIn(idOf(2)), { name: 'User 2' });
      return keeps.users.size === 3;
    });
    await stop();
    expect(writes.flat()).toHaveLength(3);
  });

  test('is tried again when the store could not, with the names as they are by then', async () => {
    const { learn, stop } = await learner();
    failure = new StoreUnavailable('full', 1000);
    learn(signedIn(ADA), { name: 'Ada' });
    clock.advance(1000);
    await until(() => logged.length > 0);
    learn(signedIn(ADA), { name: 'Ada Moreau' });
    failure = undefined;
    await until(() => {
      clock.advance(1000);
      return writes.length > 0;
    });
    expect(writes.flat().map(({ text }) => text)).toEqual([
      storedText(person(ADA, { source: 'token', displayName: 'Ada Moreau' })),
    ]);
    await stop();
  });

  test('is done once more for a name that changed while it was being kept', async () => {
    const { learn, stop } = await learner();
    let end = () => {};
    written = new Promise((resolve) => {
      end = resolve;
    });
    learn(signedIn(ADA), { name: 'Ada' });
    clock.advance(1000);
    await until(() => writes.length === 1);
    learn(signedIn(ADA), { name: 'Ada Moreau' });
    end();
    await stop();
    expect([...(await kept()).values()]).toEqual([
      storedText(person(ADA, { source: 'token', displayName: 'Ada Moreau' })),
    ]);
  });

  test('happens for what waits when the server stops', async () => {
    const { learn, stop } = await learner();
    learn(signedIn(ADA), { name: 'Ada' });
    await stop();
    expect((await kept()).size).toBe(1);
    learn(signedIn(BRUNO), { name: 'Bruno' });
    expect(keeps.users.get(BRUNO)).toBeUndefined();
  });

  test('leaves those alone who were provisioned', async () => {
    const { learn, stop } = await learner();
    keeps.users.put(
      person(ADA, { displayName: 'As provisioned', userPrincipalName: 'ada@x.example' }),
    );
    learn(signedIn(ADA), { name: 'As the token says' });
    learn(signedIn(BRUNO), { upn: 'ada@x.example' });
    expect(keeps.users.after('', 9)).toMatchObject([{ displayName: 'As provisioned' }]);
    await stop();
    expect(writes).toEqual([]);
  });
});
