import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { type KeptGroups, openGroups } from '../../src/directory/groups.ts';
import { groupCollection } from '../../src/directory/stored-group.ts';
import { createMemory } from '../../src/store/memory.ts';
import { idOf, OTHER_TENANT, START_MS, TENANT } from './people.ts';

let memory: ReturnType<typeof createMemory>;
let open: KeptGroups[];
let errors: unknown[];

beforeEach(() => {
  memory = createMemory();
  open = [];
  errors = [];
});
afterEach(() => Promise.all(open.map((each) => each.stop())));

/** A server that hears of nothing by itself: it knows what it has looked for. */
function server(): KeptGroups {
  const { documents } = memory.open();
  const groups = openGroups({
    documents: {
      all: (collection) => documents.all(collection),
      since: (collection, revision) => documents.since(collection, revision),
      write: (edits) => documents.write(edits),
      onWritten: () => () => {},
    },
    tenants: [TENANT],
    steadyClock: new ManualClock(START_MS),
    onError: (error) => errors.push(error),
  });
  open.push(groups);
  return groups;
}

const crew = { id: idOf(1), displayName: 'Crew', externalId: null };
const cast = { id: idOf(2), displayName: 'Cast', externalId: 'cast-1' };

test('a group is known here at once, and on the others when they ask, also under a new name', async () => {
  const [here, there] = [server(), server()];
  await here.put(TENANT, cast, null);
  await here.put(TENANT, crew, null);
  expect(here.all(TENANT)).toEqual([crew, cast]);
  await there.settled(TENANT);
  expect(there.byName(TENANT, 'CREW')).toEqual(crew);
  const renamed = { ...crew, displayName: 'Stage crew' };
  await there.put(TENANT, renamed, crew);
  await here.settled(TENANT);
  expect(here.byName(TENANT, 'crew')).toBeUndefined();
  expect(here.namesAndIds(TENANT, [crew.id, idOf(9)])).toEqual([crew.id, 'Stage crew']);
  expect(await here.remove(TENANT, crew.id)).toBe(true);
  expect(await here.remove(TENANT, crew.id)).toBe(false);
  expect(here.all(TENANT)).toEqual([cast]);
  await here.put(TENANT, { ...renamed, id: idOf(3) }, null);
});

test('a name is that of one group, whichever server gives it away', async () => {
  const servers = Array.from({ length: 4 }, server);
  const results = await Promise.allSettled(
    servers.map((each, n) => each.put(TENANT, { ...crew, id: idOf(n) }, null)),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const result of results) {
    if (result.status === 'rejected')
      expect(result.reason).toMatchObject({ code: 'GroupNameTaken' });
  }
  expect((await memory.open().documents.all(groupCollection(TENANT))).size).toBe(1);
});

test('whoever builds on a group that has changed is told, and nothing is kept', async () => {
  const [here, there] = [server(), server()];
  await here.put(TENANT, crew, null);
  await expect(here.put(TENANT, crew, null)).rejects.toMatchObject({ code: 'GroupChanged' });
  await there.settled(TENANT);
  await there.put(TENANT, { ...crew, externalId: 'c' }, crew);
  const late = { ...crew, displayName: 'Late' };
  await expect(here.put(TENANT, late, crew)).rejects.toMatchObject({ code: 'GroupChanged' });
  expect(here.byName(TENANT, 'late')).toBeUndefined();
});

test('a document that makes no sense is told of once, and passed over', async () => {
  const damaged = { collection: groupCollection(TENANT), id: idOf(1), text: 'damaged' };
  await memory.open().documents.write([damaged]);
  const groups = server();
  await groups.settled(TENANT);
  expect(groups.all(TENANT)).toEqual([]);
  expect(errors).toHaveLength(1);
});

test('a tenant that isn’t served has no groups, and takes none', async () => {
  const groups = server();
  await groups.settled(OTHER_TENANT);
  expect(groups.all(OTHER_TENANT)).toEqual([]);
  await expect(groups.put(OTHER_TENANT, crew, null)).rejects.toThrow(RangeError);
});
