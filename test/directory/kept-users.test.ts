import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { createKeptUsers, type KeptUsers } from '../../src/directory/kept-users.ts';
import { directoryCollection, storedText } from '../../src/directory/stored-user.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { DocumentStore } from '../../src/store/store.ts';
import { ADA, BRUNO, person, START_MS, TENANT } from './people.ts';

const collection = directoryCollection(TENANT);

let documents: DocumentStore;
let errors: string[];
let open: KeptUsers[];

beforeEach(() => {
  documents = openMemoryStore().documents;
  errors = [];
  open = [];
});
afterEach(() => Promise.all(open.map((each) => each.stop())));

async function keep(
  isKnown?: Parameters<typeof createKeptUsers>[0]['isKnown'],
): Promise<KeptUsers> {
  const kept = createKeptUsers({
    documents,
    tenantId: TENANT,
    steadyClock: new ManualClock(START_MS),
    ...(isKnown && { isKnown }),
    onError: (error) => errors.push(String(error)),
  });
  open.push(kept);
  await kept.settled();
  return kept;
}

const write = (id: string, text: string | undefined) => documents.write([{ collection, id, text }]);

test('users that are kept are known, and what becomes of them', async () => {
  const ada = person(ADA, { displayName: 'Ada Moreau', groups: ['Operations'], isActive: false });
  await write(ADA, storedText(ada));
  const kept = await keep();
  expect(kept.users.get(ADA)).toEqual(ada);
  await write(ADA, storedText({ ...ada, displayName: 'Ada M.' }));
  await write(BRUNO, storedText(person(BRUNO)));
  await kept.settled();
  expect(kept.users.after('', 10).map(({ displayName }) => displayName)).toEqual([null, 'Ada M.']);
  await write(ADA, undefined);
  await kept.settled();
  expect(kept.users.get(ADA)).toBeUndefined();
  expect(errors).toEqual([]);
});

test('a user that is gone after a gap in what the store remembers is known no more', async () => {
  await write(ADA, storedText(person(ADA)));
  await write(BRUNO, 'damaged');
  const whole = { ...documents };
  documents = {
    ...whole,
    // A store that forgets at once what was written when.
    since: async (name) => whole.since(name),
  };
  const kept = await keep();
  expect(kept.users.size).toBe(1);
  await whole.write([
    { collection, id: ADA, text: undefined },
    { collection, id: BRUNO, text: undefined },
  ]);
  await kept.settled();
  expect(kept.users.size).toBe(0);
  expect(kept.textOf(BRUNO)).toBeNull();
});

describe('a document that is', () => {
  test.each([
    ['no JSON', '{', 'is not a user'],
    ['no user', '{"format":1,"source":"token","displayName":5}', 'is not a user'],
    ['of an unknown source', '{"format":1,"source":"file"}', 'is not a user'],
    ['null', 'null', 'is not a user'],
    ['of a newer Porchlight', '{"format":2}', 'written by a newer Porchlight'],
  ])('%s is told once and passed over, and the others are known', async (_, text, problem) => {
    await write(ADA, text);
    await write(BRUNO, storedText(person(BRUNO)));
    const kept = await keep();
    await kept.settled();
    expect(kept.users.after('', 10).map(({ id }) => id)).toEqual([BRUNO]);
    expect(errors).toEqual([expect.stringContaining(`${collection}/${ADA}`)]);
    expect(errors[0]).toContain(problem);
    // Whoever repairs it has to say what is there.
    expect(kept.textOf(ADA)).toBe(text);
    await write(ADA, storedText(person(ADA)));
    await kept.settled();
    expect(kept.users.get(ADA)).toEqual(person(ADA));
  });
});

test('fields that nobody knows are left out, and the document is known as it stands', async () => {
  const text = '{"source":"scim","displayName":"Ada","secret":"x","format":1}';
  await write(ADA, text);
  const kept = await keep();
  expect(kept.users.get(ADA)).toEqual(person(ADA, { displayName: 'Ada' }));
  expect(kept.textOf(ADA)).toBe(text);
});

test('users who aren’t to be known are passed over without a word', async () => {
  await write(ADA, storedText(person(ADA, { source: 'token' })));
  const kept = await keep(({ source }) => source === 'scim');
  expect(kept.users.size).toBe(0);
  expect(kept.textOf(ADA)).not.toBeNull();
  expect(errors).toEqual([]);
});
