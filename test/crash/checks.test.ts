import { expect, test } from 'vitest';
import { advance, type UserRecord } from '../../src/engine/advance.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { AWAY, BUSY, IN_A_CALL } from '../../src/engine/pair.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { FeedItem, PresenceStore } from '../../src/store/store.ts';
import { type FactName, History, type Value, type Write, wallClock } from './history.ts';
import { Numbers } from './numbers.ts';
import { checkShown, possiblePresences } from './presence-check.ts';
import { StoreCheck } from './store-check.ts';

const TENANT = '11111111-0000-4000-8000-000000000001';
const USER = '22222222-0000-4000-8000-000000000002';
const APP = '33333333-0000-4000-8000-000000000003';
const START_MS = Date.UTC(2026, 10, 21, 9);
const HOUR_MS = 3_600_000;
const LIFETIME_MS = 2 * HOUR_MS;

const SESSION: FactName = { userId: USER, fact: { app: APP } };
const STATUS: FactName = { userId: USER, fact: 'status message' };

const inACall: Value = { kind: 'session', pair: IN_A_CALL, lifetimeMs: LIFETIME_MS };
const away: Value = { kind: 'session', pair: AWAY, lifetimeMs: LIFETIME_MS };
const nothing: Value = { kind: 'nothing' };
const lunch = statusMessage('lunch', START_MS + HOUR_MS);
const dinner = statusMessage('dinner', START_MS + 2 * HOUR_MS);

function statusMessage(content: string, expiresAtMs: number): Value {
  return { kind: 'status message', content, expiresAtMs };
}

/** The command by which the server carries out a write. */
function commandOf(value: Value): PresenceCommand {
  switch (value.kind) {
    case 'session': {
      const { pair, lifetimeMs } = value;
      return { kind: 'setPresence', appId: APP, sessionId: APP, pair, lifetimeMs };
    }
    case 'preferred': {
      const { pair, lifetimeMs } = value;
      return { kind: 'setUserPreferredPresence', appId: APP, pair, lifetimeMs };
    }
    case 'status message': {
      const { content, expiresAtMs } = value;
      const expiry = { dateTime: wallClock(expiresAtMs), timeZone: 'UTC' };
      return { kind: 'setStatusMessage', appId: APP, content, expiresAtMs, expiry };
    }
    case 'nothing':
      return { kind: 'clearPresence', appId: APP, sessionId: APP };
  }
}

/** A store, and what is said to have been written to it; both can be told different things. */
function scene() {
  const store = openMemoryStore();
  const history = new History();
  const numbers = new Numbers();
  const expected = { tenantId: TENANT, userIds: [USER], apps: [APP], history, numbers };
  const check = new StoreCheck(expected);
  let nowMs = START_MS;

  return {
    store,
    history,
    numbers,
    /** Reaches the store. */
    async keep(value: Value) {
      nowMs += 1000;
      const atMs = nowMs;
      await store.update({ tenantId: TENANT, userId: USER }, atMs, (record) =>
        advance(record, atMs, commandOf(value)),
      );
    },
    begin: (name: FactName, value: Value): Write => history.begin(name, value, nowMs),
    /** Is answered, a while later. */
    answer(write: Write) {
      nowMs += 2000;
      history.acknowledge(write, nowMs);
    },
    crash: () => history.crash(nowMs + 2000),
    /** Looks at the store, or at one that differs from it. */
    look: (planted: Partial<PresenceStore> = {}) => check.look({ ...store, ...planted }, nowMs),
    lookAgain: (planted: Partial<PresenceStore> = {}) =>
      check.lookAgain({ ...store, ...planted }, nowMs),
    shown: () => possiblePresences(history, USER, [APP], nowMs),
  };
}

/** A scene in which one write was kept and answered. */
async function sceneWith(name: FactName, value: Value) {
  const built = scene();
  const write = built.begin(name, value);
  await built.keep(value);
  built.answer(write);
  return built;
}

function readingRecord(store: PresenceStore, change: (record: UserRecord) => UserRecord) {
  return {
    read: async (tenantId: string, userIds: readonly string[]) =>
      (await store.read(tenantId, userIds)).map((record) => record && change(record)),
  };
}

function readingFeed(store: PresenceStore, change: (entries: readonly FeedItem[]) => FeedItem[]) {
  return {
    async feed(partition: number, after: string, limit: number) {
      const { entries, cursor } = await store.feed(partition, after, limit);
      return { entries: change(entries), cursor };
    },
  };
}

test('what was written and answered is found', async () => {
  const { keep, begin, answer, look, lookAgain } = await sceneWith(SESSION, inACall);
  await look();
  const write = begin(STATUS, lunch);
  await keep(lunch);
  answer(write);
  await look();
  await lookAgain();
});

test('a write without an answer may be there or not', async () => {
  for (const kept of [true, false]) {
    const { keep, begin, crash, look, shown } = await sceneWith(SESSION, inACall);
    begin(SESSION, away);
    if (kept) await keep(away);
    expect(crash()).toBe(1);
    expect(shown()).toEqual(new Set(['Busy/InACall null', 'Away/Away null']));
    await look();
    expect(shown()).toEqual(new Set([kept ? 'Away/Away null' : 'Busy/InACall null']));
  }
});

test('an answered write that is missing is a violation', async () => {
  const { begin, answer, look } = scene();
  answer(begin(SESSION, inACall));
  await expect(look()).rejects.toThrow(/session of .* \[\] is stored; possible were .*InACall/);
});

test('an answered write in whose place an older one is found is a violation', async () => {
  const { begin, answer, look } = await sceneWith(SESSION, inACall);
  answer(begin(SESSION, away));
  await expect(look()).rejects.toThrow(/InACall.* is stored; possible were .*Away/);
});

test('an answered clear whose session is found is a violation', async () => {
  const { begin, answer, look } = await sceneWith(SESSION, inACall);
  answer(begin(SESSION, nothing));
  await expect(look()).rejects.toThrow(/InACall.* is stored; possible were .*nothing/);
});

test('a keep-alive that is lost is a violation, although nothing of it shows', async () => {
  const { begin, answer, look } = await sceneWith(SESSION, inACall);
  answer(begin(SESSION, inACall));
  await expect(look()).rejects.toThrow(/is stored/);
});

test('a write without an answer that was gone at one look is a violation at the next', async () => {
  const { keep, begin, crash, look } = await sceneWith(SESSION, inACall);
  begin(SESSION, away);
  crash();
  await look();
  await keep(away);
  await expect(look()).rejects.toThrow(/Away.* is stored/);
});

test('a status message with the text of one write and the expiry of another is torn', async () => {
  const { keep, begin, crash, look } = await sceneWith(STATUS, lunch);
  begin(STATUS, dinner);
  await keep(statusMessage('dinner', START_MS + HOUR_MS));
  crash();
  await expect(look()).rejects.toThrow(/status message .*dinner.* is stored/);
});

test('a record without its changes in the feed is a violation', async () => {
  const { look, store } = await sceneWith(SESSION, inACall);
  const planted = readingFeed(store, () => []);
  await expect(look(planted)).rejects.toThrow(/the record has .* the feed ends at 0/);
});

test('changes in the feed without their record are a violation', async () => {
  const { keep, begin, crash, look } = scene();
  begin(SESSION, inACall);
  await keep(inACall);
  crash();
  await expect(look({ read: async () => [undefined] })).rejects.toThrow(/changes, but no record/);
});

test('a change left out of the middle of the feed is a violation', async () => {
  const { keep, begin, answer, look, store } = await sceneWith(SESSION, inACall);
  for (const value of [away, inACall]) {
    const write = begin(SESSION, value);
    await keep(value);
    answer(write);
  }
  const planted = readingFeed(store, (entries) => entries.filter((_, index) => index !== 1));
  await expect(look(planted)).rejects.toThrow(/begins at Away.*but .* ended at Busy/);
});

test('a presence that does not follow from the facts beside it is a violation', async () => {
  const { look, store } = await sceneWith(SESSION, inACall);
  const planted = readingRecord(store, (record) => ({
    ...record,
    presence: { ...record.presence, ...BUSY },
  }));
  await expect(look(planted)).rejects.toThrow(/the record shows Busy\/Busy/);
});

test('a due entry that is missing, late or there twice is a violation', async () => {
  const { look, store } = await sceneWith(SESSION, inACall);
  await expect(look({ due: async () => [] })).rejects.toThrow(/nothing is due/);
  await expect(
    look({ due: (at, nowMs, limit) => store.due(at, nowMs - 1000, limit) }),
  ).rejects.toThrow(/nothing is due/);
  const twice = async (partition: number, nowMs: number, limit: number) => {
    const due = await store.due(partition, nowMs, limit);
    return [...due, ...due];
  };
  await expect(look({ due: twice })).rejects.toThrow(/two due entries/);
});

test('a sequence number that goes back is a violation', async () => {
  const { numbers, look, store } = await sceneWith(SESSION, inACall);
  await look();
  const back = readingRecord(store, (record) => ({ ...record, number: record.number - 1 }));
  await expect(look(back)).rejects.toThrow(/the record has/);
  const shown = 'Busy/InACall null';
  expect(() => numbers.saw(USER, numbers.greatest(USER) - 1, shown)).toThrow(/follows/);
});

test('a number seen before the crash and not found after it is a violation', async () => {
  const { numbers, look } = await sceneWith(SESSION, inACall);
  numbers.saw(USER, START_MS + HOUR_MS, 'Away/Away null');
  await expect(look()).rejects.toThrow(/number \d+ follows \d+/);
});

test('a sequence number that stands for two contents is a violation', async () => {
  const { numbers, look, lookAgain, store } = await sceneWith(SESSION, inACall);
  await look();
  const [entry] = (await store.feed(0, '', 1)).entries;
  const number = entry?.change.number ?? 0;
  expect(() => numbers.saw(USER, number, 'Away/Away null')).toThrow(/was Busy.* and is Away/);
  const planted = readingFeed(store, (entries) =>
    entries.map((each) => ({
      ...each,
      change: { ...each.change, after: { ...each.change.after, ...AWAY } },
    })),
  );
  await expect(lookAgain(planted)).rejects.toThrow(/was Busy.* and is Away/);
});

test('a presence on the wire that follows from no allowed history is a violation', async () => {
  const { begin, answer, shown } = await sceneWith(SESSION, inACall);
  answer(begin(SESSION, away));
  expect(() => checkShown(USER, 'Away/Away null', shown())).not.toThrow();
  expect(() => checkShown(USER, 'Busy/InACall null', shown())).toThrow(/possible were Away/);
});

test('of two writes at the same time either may be the last', async () => {
  const { begin, answer, shown } = scene();
  const [first, second] = [begin(SESSION, inACall), begin(SESSION, away)];
  answer(first);
  answer(second);
  expect(shown()).toEqual(new Set(['Busy/InACall null', 'Away/Away null']));
  answer(begin(SESSION, inACall));
  expect(shown()).toEqual(new Set(['Busy/InACall null']));
});
