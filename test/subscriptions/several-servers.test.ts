import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DocumentsChanged, StoreUnavailable, StoreUnusable } from '../../src/store/errors.ts';
import type { DocumentStore } from '../../src/store/store.ts';
import { edit as editOf } from '../store/document-contract.ts';
import {
  APP,
  COLLEAGUE,
  exampleCaller,
  guid,
  inMinutes,
  MINUTE_MS,
  START_MS,
  TENANT,
  USER,
} from './examples.ts';
import { openServers, status } from './servers.ts';

const user = exampleCaller();
const renewal = { expirationDateTime: inMinutes(50) };
const LIFECYCLE = 'https://receiver.example/lifecycle';
const ELSEWHERE = 'https://elsewhere.example/';

type Servers = ReturnType<typeof openServers>;
type Member = ReturnType<Servers['join']>;

let servers: Servers;
let one: Member;
let other: Member;

async function open(profile: 'graph' | 'extended' = 'graph') {
  servers = openServers(profile);
  one = servers.join();
  other = servers.join();
  await Promise.all([one.service.load(), other.service.load()]);
}

beforeEach(() => open());
afterEach(() => servers.stop());

/** What happened to each: `ok`, or the status it was refused with. */
function outcomes(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return results
    .map((each) =>
      each.status === 'fulfilled' ? 'ok' : (each.reason as { status: number }).status,
    )
    .sort();
}

describe('what one server did', () => {
  test('the other knows when it is asked: a new subscription', async () => {
    const made = await one.create();
    expect(await other.service.get(user, made.id)).toEqual(made);
    expect(other.told).toEqual([`put ${made.id}`]);
  });

  test('the other lists', async () => {
    const made = await one.create();
    expect(await other.service.list(user)).toEqual([made]);
    await one.service.remove(user, made.id);
    expect(await other.service.list(user)).toEqual([]);
    expect(await other.service.listByAdmin(TENANT)).toEqual([]);
    expect(other.told).toEqual([`put ${made.id}`, `remove ${made.id}`]);
  });

  test('the other hears of without being asked, a second later at most', async () => {
    const { id } = await one.create();
    expect(other.registry.size).toBe(0);
    servers.clock.advance(1000);
    await new Promise(setImmediate);
    expect(other.registry.get(id)?.id).toBe(id);
  });

  test('can be gone on with on the other at once', async () => {
    const made = await one.create();
    const caller = exampleCaller({ expiresMs: START_MS + 30 * MINUTE_MS });
    await other.service.reauthorize(caller, made.id);
    await one.service.renew(user, made.id, { notificationUrl: ELSEWHERE });
    await expect(other.service.get(user, made.id)).resolves.toMatchObject({
      notificationUrl: ELSEWHERE,
    });
    await other.service.remove(user, made.id);
    await expect(one.service.get(user, made.id)).rejects.toEqual(status(404));
    await expect(one.service.renew(user, made.id, renewal)).rejects.toEqual(status(404));
    expect((await servers.kept()).subscriptions.size).toBe(0);
  });

  test('makes room on the other: a subscription removed here is made again there', async () => {
    const { id } = await one.create();
    await other.service.get(user, id);
    await one.service.remove(user, id);
    await other.create();
    expect((await servers.kept()).subscriptions.size).toBe(1);
  });

  test('an application’s guard that was left by another is no obstacle', async () => {
    await other.service.remove(user, (await other.create()).id);
    await one.create();
    const guards = await servers.documents.all('subscription-apps');
    const [{ id } = { id: '' }] = await one.service.list(user);
    expect([...guards]).toEqual([[`${TENANT}/${APP}`, id]]);
  });
});

describe('at once on two servers', () => {
  test('of two creations in profile graph one wins, and the other is 409', async () => {
    for (let round = 0; round < 20; round++) {
      const caller = { userId: guid(round) };
      const results = await Promise.allSettled([one.create({}, caller), other.create({}, caller)]);
      expect(outcomes(results)).toEqual([409, 'ok']);
    }
    expect((await servers.kept()).subscriptions.size).toBe(20);
    expect([one.asked.length, other.asked.length]).toEqual([20, 20]);
  });

  test('a creation fails where the guard is known already and the subscription isn’t', async () => {
    let holds = false;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let hold = () => {};
    const held = new Promise<void>((resolve) => {
      hold = resolve;
    });
    const third = servers.join((documents) => ({
      onWritten: documents.onWritten,
      async since(collection, after) {
        const changes = await documents.since(collection, after);
        if (holds && collection === 'subscriptions') {
          hold();
          await released;
        }
        return changes;
      },
    }));
    await third.service.load();
    third.state.consent = async () => {
      holds = true;
    };
    const creation = third.create();
    await held;
    await one.create();
    await new Promise(setImmediate);
    release();
    await expect(creation).rejects.toEqual(status(409));
    expect((await servers.kept()).subscriptions.size).toBe(1);
  });

  test('of two creations of the same in profile extended one wins, and different ones both do', async () => {
    await open('extended');
    expect(outcomes(await Promise.allSettled([one.create(), other.create()]))).toEqual([409, 'ok']);
    const different = [
      one.create({ notificationUrl: ELSEWHERE }),
      other.create({ notificationUrl: `${ELSEWHERE}2` }),
      one.create({}, { userId: COLLEAGUE }),
      other.create({}, { userId: null }),
    ];
    expect(outcomes(await Promise.allSettled(different))).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  test('creations don’t go beyond an application’s bounds together', async () => {
    await open('extended');
    const list = Array.from({ length: 10_000 }, (_, at) => `'${guid(at)}'`).join(',');
    const resource = `communications/presences?$filter=id in (${list})`;
    const create = (server: Member, number: number) =>
      server.create({ resource, notificationUrl: `${ELSEWHERE}${number}` });
    for (let number = 0; number < 9; number++) await create(one, number);
    const last = [create(one, 10), create(other, 11)];
    expect(outcomes(await Promise.allSettled(last))).toEqual([403, 'ok']);
  });

  test('changes of one subscription both happen, neither undoing the other', async () => {
    const { id } = await one.create();
    await other.service.get(user, id);
    await Promise.all([
      one.service.renew(user, id, { notificationUrl: ELSEWHERE }),
      other.service.renew(user, id, renewal),
    ]);
    for (const { service } of [one, other]) {
      const [found] = await service.list(user);
      expect(found).toMatchObject({
        notificationUrl: ELSEWHERE,
        expiresMs: START_MS + 50 * MINUTE_MS,
      });
    }
  });

  test('the rules are applied to what the other made of it', async () => {
    const { id } = await one.create();
    await other.service.get(user, id);
    servers.clock.advance(20 * MINUTE_MS);
    await one.service.renew(user, id, { expirationDateTime: inMinutes(70) });
    expect(other.registry.get(id)?.renewedMs).toBe(START_MS);
    await expect(other.service.reauthorize(user, id)).rejects.toEqual(
      status(409, 'less than 10 minutes ago'),
    );
  });

  test('a new address is asked once, however often the renewal is done again', async () => {
    const { id } = await one.create();
    await other.service.get(user, id);
    await one.service.renew(user, id, renewal);
    await other.service.renew(user, id, { notificationUrl: ELSEWHERE });
    expect(other.asked).toEqual([{ notificationUrl: ELSEWHERE }]);
    expect((await one.service.list(user))[0]).toMatchObject({
      notificationUrl: ELSEWHERE,
      expiresMs: START_MS + 50 * MINUTE_MS,
    });
  });

  test('what one ended while the other asked its new address is 404 there', async () => {
    const { id } = await one.create();
    await other.service.get(user, id);
    other.state.consent = () => one.service.remove(user, id);
    const moved = other.service.renew(user, id, { notificationUrl: ELSEWHERE });
    await expect(moved).rejects.toEqual(status(404));
    expect(other.told).toEqual([`put ${id}`, `remove ${id}`]);
    expect((await servers.kept()).subscriptions.size).toBe(0);
  });

  test('an administrator ends it once, of the own tenant alone, and it is announced once', async () => {
    const { id } = await one.create({ lifecycleNotificationUrl: LIFECYCLE });
    expect(await other.service.removeByAdmin(guid(6), id)).toBe(false);
    const ended = await Promise.all([
      one.service.removeByAdmin(TENANT, id),
      other.service.removeByAdmin(TENANT, id.toUpperCase()),
    ]);
    expect(ended.sort()).toEqual([false, true]);
    const { subscriptions, letters } = await servers.kept();
    expect(subscriptions.size).toBe(0);
    expect([...letters]).toEqual([[id, 'subscriptionRemoved']]);
  });
});

describe('what is due', () => {
  const sweep = () => Promise.all([one.service.sweep(), other.service.sweep()]);

  test('is done by the server whose turn it is', async () => {
    one.state.isOurTurn = false;
    const { id } = await one.create({ lifecycleNotificationUrl: LIFECYCLE });
    await other.service.get(user, id);
    servers.clock.advance(50 * MINUTE_MS);
    await one.service.sweep();
    expect((await servers.kept()).letters.size).toBe(0);
    await other.service.sweep();
    expect((await servers.kept()).letters.get(id)).toBe('reauthorizationRequired');
    servers.clock.advance(10 * MINUTE_MS);
    await sweep();
    expect((await servers.kept()).letters.get(id)).toBe('subscriptionRemoved');
    expect([one.errors, other.errors]).toEqual([[], []]);
  });

  test('is done by the next one after the turn has moved, within a second', async () => {
    await one.service.start();
    const { id } = await one.create();
    one.state.isOurTurn = false;
    servers.clock.advance(60 * MINUTE_MS);
    await one.service.sweep();
    one.state.isOurTurn = true;
    await one.service.sweep();
    expect((await servers.kept()).subscriptions.has(id)).toBe(true);
    servers.clock.advance(1000);
    await one.service.sweep();
    expect((await servers.kept()).subscriptions.size).toBe(0);
  });

  test('isn’t done when it was renewed elsewhere just before', async () => {
    const { id } = await one.create();
    await other.service.get(user, id);
    servers.clock.advance(30 * MINUTE_MS);
    await one.service.renew(user, id, { expirationDateTime: inMinutes(90) });
    servers.clock.advance(30 * MINUTE_MS);
    await sweep();
    expect((await servers.kept()).subscriptions.has(id)).toBe(true);
    servers.clock.advance(30 * MINUTE_MS);
    await sweep();
    expect((await servers.kept()).subscriptions.size).toBe(0);
    expect(other.errors).toEqual([]);
  });

  test('is announced once even when two believe that it is their turn', async () => {
    const { id } = await one.create({ lifecycleNotificationUrl: LIFECYCLE });
    await other.service.get(user, id);
    let writes = 0;
    servers.documents.onWritten(() => writes++);
    servers.clock.advance(50 * MINUTE_MS);
    await sweep();
    expect(writes).toBe(1);
    servers.clock.advance(10 * MINUTE_MS);
    await sweep();
    expect(writes).toBe(2);
    expect([one.registry.size, other.registry.size]).toEqual([0, 0]);
    expect([one.errors, other.errors]).toEqual([[], []]);
  });
});

describe('a store that is away', () => {
  /** A third server, that can be cut off from what it reads, or from all of it. */
  function joinFailing() {
    const cut = { reads: false, writes: false };
    const fail = () => {
      throw new StoreUnavailable('away', 1000);
    };
    const member = servers.join((documents: DocumentStore) => ({
      since: async (...where) => (cut.reads ? fail() : documents.since(...where)),
      write: async (...what) => (cut.writes ? fail() : documents.write(...what)),
    }));
    return { ...member, cut };
  }

  test('at the start is a failure of it, and nothing is followed any more', async () => {
    const third = joinFailing();
    third.cut.reads = true;
    await expect(third.service.load()).rejects.toThrow(StoreUnavailable);
    third.cut.reads = false;
    await one.create();
    servers.clock.advance(1000);
    await new Promise(setImmediate);
    expect(third.registry.size).toBe(0);
  });

  test('is said to whoever asks for what isn’t known; what is known is answered', async () => {
    const third = joinFailing();
    await third.service.load();
    const { id } = await third.create();
    third.cut.reads = true;
    third.cut.writes = true;
    expect((await third.service.get(user, id)).id).toBe(id);
    const refused = [
      third.service.get(user, guid(1)),
      third.service.list(user),
      third.create({}, { userId: COLLEAGUE }),
      third.service.renew(user, id, renewal),
      third.service.remove(user, guid(1)),
      third.service.removeByAdmin(TENANT, guid(1)),
    ];
    for (const each of refused) await expect(each).rejects.toThrow(StoreUnavailable);
    third.cut.reads = false;
    third.cut.writes = false;
    await expect(third.service.get(user, guid(1))).rejects.toEqual(status(404));
    expect(await third.service.list(user)).toHaveLength(1);
  });

  test('after it has kept something doesn’t make that undone: it is known here later', async () => {
    const third = joinFailing();
    await third.service.load();
    const { id } = await third.create();
    third.cut.reads = true;
    await third.service.remove(user, id);
    expect(third.registry.size).toBe(1);
    third.cut.reads = false;
    servers.clock.advance(1000);
    await new Promise(setImmediate);
    expect(third.registry.size).toBe(0);
  });

  test('and sent a creation again that it had kept has made it once', async () => {
    const third = servers.join((documents) => ({
      async write(edits) {
        await documents.write(edits);
        if (edits.length > 1) throw new DocumentsChanged('subscription-apps', 'its own');
      },
    }));
    await third.service.load();
    const { id } = await third.create();
    expect([...(await servers.kept()).subscriptions.keys()]).toEqual([id]);
  });

  test('whose documents others change all the time: 503 after eight times, and the address asked once', async () => {
    let writes = 0;
    const third = servers.join(() => ({
      async write() {
        writes++;
        throw new DocumentsChanged('subscriptions', 'any');
      },
    }));
    await third.service.load();
    const refused = expect.objectContaining({ code: 'StoreUnavailable', retryAfterMs: 1000 });
    await expect(third.create()).rejects.toEqual(refused);
    expect([writes, third.asked.length]).toEqual([8, 1]);
    const { id } = await one.create();
    await expect(third.service.renew(user, id, renewal)).rejects.toEqual(refused);
    expect(writes).toBe(16);
  });
});

describe('a document that makes no sense', () => {
  const damage = (id: string, text: string) =>
    servers.documents.write([editOf(id, text, 'subscriptions')]);

  test('at the start is a failure of it', async () => {
    await damage(guid(1), '{');
    const third = servers.join();
    await expect(third.service.load()).rejects.toThrow(StoreUnusable);
  });

  test('later is reported, stays as it is, and hinders nobody else', async () => {
    const { id } = await one.create();
    const next = await one.create({}, { userId: COLLEAGUE });
    expect(await other.service.list(user)).toHaveLength(1);
    await damage(id, '{"format":2}');
    await one.service.renew(exampleCaller({ userId: COLLEAGUE }), next.id, renewal);
    await other.service.list(user);
    expect(other.errors).toEqual([expect.objectContaining({ code: 'StoreNewer' })]);
    expect(other.registry.get(next.id)?.expiresMs).toBe(START_MS + 50 * MINUTE_MS);
    expect((await other.service.get(user, id)).userId).toBe(USER);
    await expect(other.service.remove(user, id)).rejects.toThrow(StoreUnavailable);
    expect((await servers.kept()).subscriptions.get(id)).toBe('{"format":2}');
  });
});
