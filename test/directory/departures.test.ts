import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { AGAIN_AFTER_MS, createDepartures } from '../../src/directory/departures.ts';
import type { ServedDirectory } from '../../src/directory/directory.ts';
import type { UserLedger } from '../../src/directory/ledger.ts';
import { openDirectory } from '../../src/directory/open.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { createMemory } from '../../src/store/memory.ts';
import { readOne, setStatusMessage, tell } from '../store/commands.ts';
import { until } from '../until.ts';
import { ADA, person, START_MS, TENANT } from './people.ts';

const user = { tenantId: TENANT, userId: ADA };
const ada = person(ADA, { userPrincipalName: 'ada@contoso.example' });
const gone = { ...ada, isActive: false };

let memory: ReturnType<typeof createMemory>;
let clock: ManualClock;
let open: { stop(): Promise<void> }[];

beforeEach(() => {
  memory = createMemory();
  clock = new ManualClock(START_MS);
  open = [];
});
afterEach(() => Promise.all(open.map((each) => each.stop())));

/** A server on the shared memory that notes what it does. */
async function server() {
  const store = memory.open();
  const quiet = { info() {}, warn() {}, error() {} } as never;
  const { documents } = store;
  const directory: ServedDirectory = await openDirectory({
    ...{ mode: 'scim', tenants: [TENANT], documents, steadyClock: clock, log: quiet },
  });
  const ledger = directory.ledger as UserLedger;
  const done: string[] = [];
  const errors: unknown[] = [];
  const state = { isOurTurn: true, fails: false };
  const note = (what: string) => async () => {
    if (state.fails) throw new StoreUnavailable('away', 1000);
    done.push(what);
  };
  const departures = createDepartures({
    ...{ store, ledger, clock, steadyClock: clock },
    isOurTurn: () => state.isOurTurn,
    told: note('told'),
    rights: [note('subscriptions')],
    belongings: [note('feed'), note('mailbox'), note('photo')],
    restore: note('restored'),
    onError: (error) => errors.push(error),
  });
  departures.start();
  open.push(departures, directory);
  return { store, ledger, departures, done, errors, state };
}

const marked = async () => (await memory.open().documents.all('departing')).size;
const ALL = ['told', 'subscriptions', 'feed', 'mailbox', 'photo'];

/** Lets the clock go on until nobody is on their way. */
async function halfAMinute(): Promise<void> {
  clock.advance(AGAIN_AFTER_MS);
  await until(async () => {
    clock.advance(1);
    return (await marked()) === 0;
  });
}

test('who is deactivated loses presence and rights, once and again, and keeps what is theirs', async () => {
  const { store, ledger, departures, done } = await server();
  await ledger.put(TENANT, ada);
  await tell(store, user, START_MS, setStatusMessage('here'));
  await ledger.put(TENANT, gone, ada, [departures.mark(user, false)]);
  await departures.see(user, false);
  expect(done).toEqual(['told', 'subscriptions']);
  expect((await readOne(store, user))?.facts.statusMessage).toBeNull();
  await halfAMinute();
  expect(done).toEqual(['told', 'subscriptions', 'told', 'subscriptions']);
  expect(ledger.user(TENANT, ADA)).toEqual(gone);
});

test('who comes back has restored what follows from what is theirs', async () => {
  const { ledger, departures, done } = await server();
  await ledger.put(TENANT, ada, null, [departures.mark(user, false)]);
  await departures.see(user, false);
  expect(done).toEqual(['restored']);
  await halfAMinute();
  expect(done).toEqual(['restored', 'restored']);
});

test('who is deleted loses everything, in order, and the directory last', async () => {
  const { ledger, departures, done } = await server();
  await ledger.put(TENANT, ada);
  await ledger.put(TENANT, gone, ada, [departures.mark(user, true)]);
  await departures.see(user, true);
  expect(done).toEqual(ALL);
  expect(ledger.user(TENANT, ADA)).toBeUndefined();
  await halfAMinute();
  expect(done).toEqual([...ALL, ...ALL]);
});

describe('what one server marked and didn’t do', () => {
  async function leave() {
    const first = await server();
    first.state.isOurTurn = false;
    await first.ledger.put(TENANT, ada);
    await first.ledger.put(TENANT, gone, ada, [first.departures.mark(user, true)]);
    return first;
  }

  test('another one does, half a minute later', async () => {
    const [first, other] = [await leave(), await server()];
    clock.advance(AGAIN_AFTER_MS - 1);
    expect(other.done).toEqual([]);
    await halfAMinute();
    expect(other.done).toEqual(ALL);
    expect(first.done).toEqual([]);
    await first.ledger.settled(TENANT);
    expect(first.ledger.user(TENANT, ADA)).toBeUndefined();
  });

  test('is tried again, when it fails', async () => {
    await leave();
    const other = await server();
    other.state.fails = true;
    clock.advance(AGAIN_AFTER_MS);
    await until(() => {
      clock.advance(1);
      return other.errors.length > 0;
    });
    expect(await marked()).toBe(1);
    other.state.fails = false;
    clock.advance(5000);
    await until(async () => (await marked()) === 0);
    expect(other.done).toEqual(ALL);
  });

  test('is done before the same user may be created again', async () => {
    await leave();
    const other = await server();
    await other.departures.finish(user);
    expect(other.done).toEqual(ALL);
    expect(await marked()).toBe(0);
    await other.ledger.put(TENANT, ada, null);
    await other.departures.finish(user);
    clock.advance(AGAIN_AFTER_MS);
    expect(other.done).toEqual(ALL);
    expect(other.ledger.user(TENANT, ADA)).toEqual(ada);
  });

  test('isn’t done to one who was let back meanwhile', async () => {
    const first = await leave();
    const other = await server();
    await first.ledger.put(TENANT, ada, gone, [first.departures.mark(user, false)]);
    await halfAMinute();
    expect(other.done).toEqual(['restored']);
    expect(other.ledger.user(TENANT, ADA)).toEqual(ada);
  });

  test('that makes no sense is passed over', async () => {
    await memory
      .open()
      .documents.write([{ collection: 'departing', id: `${TENANT} ${ADA}`, text: '{"format":2}' }]);
    const { errors, done } = await server();
    await until(() => errors.length > 0);
    expect(String(errors[0])).toContain('departing/');
    clock.advance(AGAIN_AFTER_MS);
    expect(done).toEqual([]);
  });
});
