import fc from 'fast-check';
import { expect, it } from 'vitest';
import { advance, NEW_RECORD, type UserRecord } from '../../src/engine/advance.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { samePresence } from '../../src/engine/presence.ts';
import { dueAfter } from '../../src/store/due-index.ts';
import type { DocumentEdit, FeedEntry, PresenceStore, UserKey } from '../../src/store/store.ts';
import { anyCommand, anyEdit } from './arbitraries.ts';
import { guid, MINUTE_MS, START_MS, tell, user, wholeFeed } from './commands.ts';
import { mark } from './history-contract.ts';

const USERS = 4;
const TENANTS = 2;
const EVERYONE = Array.from({ length: USERS * TENANTS }, (_, at) =>
  user(at % USERS, Math.floor(at / USERS)),
);

interface Told {
  readonly at: number;
  /** None lets time pass. */
  readonly command: PresenceCommand | null;
}

/** A moment: how long after the last, what is told, and the writes of documents, all at once. */
const anyMoment = fc.record({
  minutes: fc.integer({ min: -3, max: 90 }),
  told: fc.array(
    fc.record({
      at: fc.nat(EVERYONE.length - 1),
      command: fc.option(anyCommand(START_MS + 600 * MINUTE_MS), { freq: 4 }),
    }),
    { maxLength: 8 },
  ),
  writes: fc.array(fc.array(anyEdit, { maxLength: 4 }), { maxLength: 3 }),
  /** How many entries of the feed are forgotten afterwards. */
  forgotten: fc.nat(3),
  /** Whose history is then. */
  erased: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.nat(EVERYONE.length - 1) },
  ),
});

/** What a store is to keep, in the plainest way. */
class Model {
  feed: FeedEntry[] = [];
  readonly #documents = new Map<string, Map<string, string>>();
  readonly #records = EVERYONE.map((): UserRecord | undefined => undefined);
  readonly #armedMs = EVERYONE.map(() => NEVER_MS);

  tell({ at, command }: Told, nowMs: number): void {
    const who = whoIs(at);
    const before = this.#records[at];
    const { record, changes, refusal } = advance(before ?? NEW_RECORD, nowMs, command ?? undefined);
    if (refusal !== undefined || (before === undefined && record === NEW_RECORD)) return;
    this.#records[at] = record;
    this.#armedMs[at] = dueAfter(this.#armedMs[at] ?? NEVER_MS, record.untilMs, nowMs);
    for (const change of changes) this.feed.push({ ...who, change });
  }

  /** An update that leaves the record as it is sets an early due entry right. */
  rearm(at: number, nowMs: number): void {
    const untilMs = this.#records[at]?.untilMs ?? NEVER_MS;
    this.#armedMs[at] = dueAfter(this.#armedMs[at] ?? NEVER_MS, untilMs, nowMs);
  }

  write({ collection, id, text }: DocumentEdit): void {
    const documents = this.documents(collection);
    this.#documents.set(collection, documents);
    if (text === undefined) documents.delete(id);
    else documents.set(id, text);
  }

  documents(collection: string): Map<string, string> {
    return this.#documents.get(collection) ?? new Map();
  }

  records(tenant: number): (UserRecord | undefined)[] {
    return this.#records.slice(tenant * USERS, (tenant + 1) * USERS);
  }

  armedMs(who: UserKey): number {
    const at = EVERYONE.findIndex(
      ({ tenantId, userId }) => tenantId === who.tenantId && userId === who.userId,
    );
    return this.#armedMs[at] ?? NEVER_MS;
  }

  nextDueMs(): number {
    return Math.min(...this.#armedMs);
  }
}

function whoIs(at: number): UserKey {
  const who = EVERYONE[at];
  if (who === undefined) throw new Error('no such user');
  return who;
}

/** Whatever is told, at whatever times, a store keeps what a plain map would. */
export function storeModel(name: string, open: () => Promise<PresenceStore>): void {
  it(`the ${name} store keeps what a plain map would, whatever is told`, async () => {
    const moments = fc.array(anyMoment, { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(moments, async (history) => {
        const store = await open();
        const model = new Model();
        let nowMs = START_MS;
        for (const { minutes, told, writes, forgotten, erased } of history) {
          nowMs += minutes * MINUTE_MS;
          const updates = told.map(({ at, command }) =>
            tell(store, whoIs(at), nowMs, command ?? undefined),
          );
          for (const each of told) model.tell(each, nowMs);
          const written = writes.map((edits) => store.documents.write(edits));
          for (const each of writes.flat()) model.write(each);
          await Promise.all([...updates, ...written]);
          expect(await store.trimFeed(0, NEVER_MS, forgotten)).toBe(
            Math.min(forgotten, model.feed.length),
          );
          model.feed = model.feed.slice(forgotten);
          if (erased !== null) await erase(store, model, erased, nowMs);
          await compare(store, model, nowMs);
        }
        await store.close();
      }),
      { numRuns: 40 },
    );
  });
}

async function erase(store: PresenceStore, model: Model, at: number, nowMs: number) {
  const who = whoIs(at);
  const theirs = model.feed.filter((entry) => isHistoryOf(who, entry));
  if (theirs.length === 0) return;
  await mark(store, who, nowMs);
  model.rearm(at, nowMs);
  expect(await store.forgetHistory(who, 1000)).toBe(theirs.length);
  const { entries } = await store.feed(0, (await store.feedBounds(0)).start, 1000);
  const last = entries.at(-1);
  if (last === undefined) throw new Error('a mark is in the feed');
  model.feed = model.feed.filter((entry) => !theirs.includes(entry));
  model.feed.push({ ...who, change: last.change });
}

/** Without the marks, whose before is their after. */
function isHistoryOf(who: UserKey, { tenantId, userId, change }: FeedEntry): boolean {
  const isTheirs = tenantId === who.tenantId && userId === who.userId;
  return isTheirs && !samePresence(change.before, change.after);
}

async function compare(store: PresenceStore, model: Model, nowMs: number): Promise<void> {
  const ids = Array.from({ length: USERS }, (_, at) => guid(at));
  for (let tenant = 0; tenant < TENANTS; tenant++) {
    const records = await store.read(user(0, tenant).tenantId, ids);
    expect(records).toEqual(model.records(tenant));
  }
  expect(await wholeFeed(store, 7)).toEqual(model.feed);
  const { start, end } = await store.feedBounds(0);
  expect(await wholeFeed(store, 7, start)).toEqual(model.feed);
  expect((await store.feed(0, start, 1000)).cursor).toBe(end);
  for (const collection of ['a', 'ab']) {
    const documents = [...model.documents(collection)].toSorted(([a], [b]) => (a < b ? -1 : 1));
    expect([...(await store.documents.all(collection))]).toEqual(documents);
  }
  for (const who of EVERYONE) {
    const theirs = model.feed.filter((entry) => isHistoryOf(who, entry));
    const { changes } = await store.history(who, 0, 1000);
    expect(changes).toEqual(theirs.map(({ change }) => change));
  }
  expect(await store.nextDueMs(0)).toBe(model.nextDueMs());

  const due = await store.due(0, nowMs, 100);
  const instants = due.map((who) => model.armedMs(who));
  expect(instants).toEqual(instants.toSorted((a, b) => a - b));
  expect(instants.every((instant) => instant <= nowMs)).toBe(true);
  const expected = EVERYONE.filter((who) => model.armedMs(who) <= nowMs);
  expect(due).toHaveLength(expected.length);
  expect(due).toEqual(expect.arrayContaining(expected));
}
