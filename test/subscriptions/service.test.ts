import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../src/auth/caller.ts';
import { ManualClock } from '../../src/clock.ts';
import { createDirectory } from '../../src/directory/fixed.ts';
import type { Profile } from '../../src/graph/settable.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { DocumentStore } from '../../src/store/store.ts';
import type { Addresses } from '../../src/subscriptions/handshake.ts';
import { createRegistry } from '../../src/subscriptions/registry.ts';
import type { CreationRequest } from '../../src/subscriptions/rules/creation.ts';
import { createSubscriptionService } from '../../src/subscriptions/service.ts';
import type { LifecycleEvent } from '../../src/subscriptions/subscription.ts';
import { checkCertificate } from './example-service.ts';
import {
  APP,
  COLLEAGUE,
  exampleCaller,
  exampleRequest,
  guid,
  inMinutes,
  MINUTE_MS,
  START_MS,
  TENANT,
  USER,
} from './examples.ts';
import { inProfile } from './in-profile.ts';
import { recordingCourier } from './recording-courier.ts';

const LIFECYCLE = 'https://receiver.example/lifecycle';

interface Options {
  readonly profile?: Profile;
  readonly documents?: DocumentStore;
  readonly nowMs?: number;
}

/** A service whose receivers say yes as soon as `consent` resolves, and a store that can be made to fail. */
function open({
  profile = 'graph',
  documents = openMemoryStore().documents,
  nowMs = START_MS,
}: Options = {}) {
  const clock = new ManualClock(nowMs);
  const registry = createRegistry();
  const asked: Addresses[] = [];
  /** The events of letters that were kept. */
  const announced: string[] = [];
  const errors: unknown[] = [];
  const state = { failing: false, consent: () => Promise.resolve() };
  const { courier, told } = recordingCourier();
  const service = inProfile(
    createSubscriptionService({
      documents: {
        ...documents,
        async write(edits) {
          if (state.failing) throw new StoreUnavailable('the disk is full', 1000);
          await documents.write(edits);
          for (const { collection, text } of edits) {
            if (collection === 'letters' && text !== undefined) announced.push(text);
          }
        },
      },
      registry,
      clock,
      steadyClock: clock,
      directory: createDirectory('open', new Map()),
      courier,
      async handshake(addresses) {
        asked.push(addresses);
        await state.consent();
      },
      refusal: () => undefined,
      checkCertificate,
      randomUUID,
      onError: (error) => errors.push(error),
    }),
    profile,
  );

  /** All that is kept, by collection. */
  async function kept() {
    const names = ['subscriptions', 'letters'];
    const all = await Promise.all(names.map((name) => documents.all(name)));
    return Object.fromEntries(names.map((name, at) => [name, Object.fromEntries(all[at] ?? [])]));
  }

  const create = (changes: Partial<CreationRequest> = {}, caller: Partial<Caller> = {}) =>
    service.create(exampleCaller(caller), exampleRequest(changes));
  return {
    service,
    clock,
    registry,
    asked,
    errors,
    state,
    told,
    announced,
    kept,
    create,
    documents,
  };
}

type Opened = ReturnType<typeof open>;

const user = exampleCaller();
const application = exampleCaller({ userId: null });
const colleague = exampleCaller({ userId: COLLEAGUE });
const status = (code: number, text = '') =>
  expect.objectContaining({ status: code, message: expect.stringContaining(text) });

/** Resolves when everything that can go on without anybody’s doing has. */
const rest = () => new Promise((resolve) => setImmediate(resolve));

let opened: Opened;
beforeEach(() => {
  opened = open();
});

describe('creating', () => {
  test('asks both addresses, keeps the subscription with the place where delivery begins, and tells the courier', async () => {
    const subscription = await opened.create({ lifecycleNotificationUrl: LIFECYCLE });
    expect(opened.asked).toEqual([
      expect.objectContaining({
        notificationUrl: 'https://receiver.example/notifications',
        lifecycleNotificationUrl: LIFECYCLE,
      }),
    ]);
    expect(subscription).toMatchObject({
      tenantId: TENANT,
      appId: APP,
      userId: USER,
      scope: [COLLEAGUE],
      createdMs: START_MS,
      expiresMs: START_MS + 60 * MINUTE_MS,
      authorizedUntilMs: user.expiresMs,
      begins: 'here',
    });
    expect(await opened.kept()).toEqual({
      subscriptions: { [subscription.id]: expect.any(String) },
      letters: {},
    });
    expect(opened.told).toEqual([`put ${subscription.id}`]);
    expect(opened.registry.matching(TENANT, COLLEAGUE)).toEqual([subscription]);
  });

  test('whose addresses don’t consent leaves nothing behind', async () => {
    opened.state.consent = () => Promise.reject(new Error('no'));
    await expect(opened.create()).rejects.toThrow('no');
    expect(opened.registry.size).toBe(0);
    expect(await opened.kept()).toEqual({ subscriptions: {}, letters: {} });
  });

  test('that can’t be kept leaves nothing behind, and works once it can', async () => {
    opened.state.failing = true;
    await expect(opened.create()).rejects.toThrow(StoreUnavailable);
    expect(opened.registry.size).toBe(0);
    expect(opened.told).toEqual([]);
    opened.state.failing = false;
    await opened.create();
    expect(opened.registry.size).toBe(1);
  });

  test('in profile graph a user has one by each application, and another user or application one of their own', async () => {
    await opened.create();
    await expect(opened.create({ resource: `users/${USER}/presence` })).rejects.toEqual(
      expect.objectContaining({
        status: 409,
        code: 'ExtensionError',
        message:
          'Operation: Create; Exception:[Status Code: Conflict; Reason: A subscripton already exists. It must be deleted before a another can be made.]',
      }),
    );
    expect(opened.asked).toHaveLength(1);
    await opened.create({}, { userId: COLLEAGUE });
    await opened.create({}, { appId: guid(5) });
    expect(opened.registry.size).toBe(3);
  });

  test('of two at once one wins, in profile graph', async () => {
    const answers = await Promise.allSettled([opened.create(), opened.create()]);
    expect(answers.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(opened.asked).toHaveLength(2);
    expect(opened.registry.size).toBe(1);
  });

  test('in profile extended several are allowed, but not the same again', async () => {
    opened = open({ profile: 'extended' });
    const { id } = await opened.create();
    await opened.create({ resource: `users/${COLLEAGUE}/presence` });
    await opened.create({ notificationUrl: 'https://elsewhere.example/' });
    await opened.create({}, { userId: null });
    await expect(opened.create()).rejects.toEqual(
      expect.objectContaining({
        status: 409,
        code: 'Conflict',
        message: `Subscription Id ${id} already exists for the requested combination`,
      }),
    );
    expect(opened.registry.size).toBe(4);
  });

  test('of two same ones at once one wins, in profile extended', async () => {
    opened = open({ profile: 'extended' });
    const answers = await Promise.allSettled([opened.create(), opened.create()]);
    expect(answers.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('after one that has expired is allowed, even if nobody has swept yet', async () => {
    await opened.create();
    opened.clock.advance(60 * MINUTE_MS);
    const later = { expirationDateTime: inMinutes(60, opened.clock.nowMs()) };
    await opened.create(later);
  });
});

describe('bounds', () => {
  const address = (number: number) => ({ notificationUrl: `https://receiver.example/${number}` });

  test('an application has at most 1,000 subscriptions in a tenant, over all its users', async () => {
    opened = open({ profile: 'extended' });
    for (let number = 0; number < 1000; number++) {
      await opened.create(address(number), { userId: number % 2 === 0 ? USER : null });
    }
    await expect(opened.create(address(1000))).rejects.toEqual(
      status(403, 'Quota exceeded: the application has 1000 subscriptions'),
    );
    await opened.create(address(1000), { appId: guid(5) });
    await opened.create(address(1000), { tenantId: guid(6) });
  });

  test('an application has at most 100,000 ids in a tenant over its subscriptions', async () => {
    opened = open({ profile: 'extended' });
    const list = Array.from({ length: 10_000 }, (_, at) => `'${guid(at)}'`).join(',');
    const resource = `communications/presences?$filter=id in (${list})`;
    for (let number = 0; number < 10; number++)
      await opened.create({ ...address(number), resource });
    await expect(opened.create(address(10))).rejects.toEqual(
      status(403, 'may subscribe to 100000 ids'),
    );
  });

  test('an application has at most 20 handshakes under way in a tenant: 429 with Retry-After', async () => {
    opened = open({ profile: 'extended' });
    let consent = () => {};
    const consented = new Promise<void>((resolve) => {
      consent = resolve;
    });
    opened.state.consent = () => consented;
    const underway = Array.from({ length: 20 }, (_, number) => opened.create(address(number)));
    await expect(opened.create(address(20))).rejects.toEqual(
      expect.objectContaining({
        status: 429,
        code: 'TooManyRequests',
        headers: { 'retry-after': '10' },
      }),
    );
    const other = opened.create(address(20), { appId: guid(5) });
    consent();
    await Promise.all([...underway, other]);
    await opened.create(address(20));
  });
});

describe('whose it is', () => {
  test('a user’s is seen by that user with that application, and by nobody else', async () => {
    opened = open({ profile: 'extended' });
    const { service } = opened;
    const { id } = await opened.create();
    expect((await service.get(user, id)).id).toBe(id);
    expect((await service.get(user, id.toUpperCase())).id).toBe(id);
    const others = [
      application,
      colleague,
      exampleCaller({ appId: guid(5) }),
      exampleCaller({ tenantId: guid(6) }),
    ];
    for (const other of others) {
      await expect(service.get(other, id)).rejects.toEqual(status(404));
      expect(await service.list(other)).toEqual([]);
      const renewal = { expirationDateTime: inMinutes(60) };
      await expect(service.renew(other, id, renewal)).rejects.toEqual(status(404));
      await expect(service.reauthorize(other, id)).rejects.toEqual(status(404));
      await expect(service.remove(other, id)).rejects.toEqual(status(404));
    }
    expect((await service.get(user, id)).id).toBe(id);
  });

  test('an application’s own is not its users’', async () => {
    opened = open({ profile: 'extended' });
    const { id } = await opened.create({}, { userId: null });
    expect((await opened.service.get(application, id)).userId).toBe(null);
    await expect(opened.service.get(user, id)).rejects.toEqual(status(404));
  });

  test('a list is in the order of ids', async () => {
    opened = open({ profile: 'extended' });
    for (let number = 0; number < 20; number++) {
      await opened.create({ notificationUrl: `https://receiver.example/${number}` });
    }
    const ids = (await opened.service.list(user)).map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
    expect(ids).toHaveLength(20);
  });
});

describe('renewing', () => {
  test('moves the expiration, takes the new token, and tells the courier', async () => {
    const { id } = await opened.create();
    opened.clock.advance(30 * MINUTE_MS);
    const caller = exampleCaller({ expiresMs: START_MS + 90 * MINUTE_MS });
    const renewed = await opened.service.renew(caller, id, { expirationDateTime: inMinutes(90) });
    expect(renewed).toMatchObject({
      createdMs: START_MS,
      renewedMs: START_MS + 30 * MINUTE_MS,
      expiresMs: START_MS + 90 * MINUTE_MS,
      authorizedMs: START_MS + 30 * MINUTE_MS,
      authorizedUntilMs: START_MS + 90 * MINUTE_MS,
    });
    expect(opened.registry.matching(TENANT, COLLEAGUE)).toEqual([renewed]);
    expect(opened.told).toEqual([`put ${id}`, `put ${id}`]);
    expect(opened.asked).toHaveLength(1);
  });

  test('with a new address asks it first; with the same one it doesn’t', async () => {
    const { id, notificationUrl } = await opened.create();
    const moved = 'https://elsewhere.example/';
    await opened.service.renew(user, id, { notificationUrl });
    expect(opened.asked).toHaveLength(1);
    await opened.service.renew(user, id, { notificationUrl: moved });
    expect(opened.asked.slice(1)).toEqual([{ notificationUrl: moved }]);
    expect((await opened.service.get(user, id)).notificationUrl).toBe(moved);
  });

  test('with an address that doesn’t consent changes nothing', async () => {
    const before = await opened.create();
    const keptBefore = await opened.kept();
    opened.state.consent = () => Promise.reject(new Error('no'));
    const request = {
      notificationUrl: 'https://elsewhere.example/',
      expirationDateTime: inMinutes(50),
    };
    await expect(opened.service.renew(user, before.id, request)).rejects.toThrow('no');
    expect(await opened.service.get(user, before.id)).toEqual(before);
    expect(await opened.kept()).toEqual(keptBefore);
  });

  test('that can’t be kept changes nothing', async () => {
    const before = await opened.create();
    opened.state.failing = true;
    const request = { expirationDateTime: inMinutes(50) };
    await expect(opened.service.renew(user, before.id, request)).rejects.toThrow(StoreUnavailable);
    expect(await opened.service.get(user, before.id)).toEqual(before);
    expect(opened.told).toEqual([`put ${before.id}`]);
  });

  test('is 404 when it was deleted while its new address was asked', async () => {
    const { id } = await opened.create();
    let consent = () => {};
    opened.state.consent = () =>
      new Promise<void>((resolve) => {
        consent = resolve;
      });
    const renewal = opened.service.renew(user, id, {
      notificationUrl: 'https://elsewhere.example/',
    });
    await opened.service.remove(user, id);
    consent();
    await expect(renewal).rejects.toEqual(status(404));
    expect((await opened.kept()).subscriptions).toEqual({});
  });

  test('of an expired one is 404, even if nobody has swept yet', async () => {
    const { id } = await opened.create();
    opened.clock.advance(60 * MINUTE_MS);
    const request = { expirationDateTime: inMinutes(60, opened.clock.nowMs()) };
    await expect(opened.service.renew(user, id, request)).rejects.toEqual(status(404));
  });

  test('many at once happen one after another, and the last one stays', async () => {
    const { id } = await opened.create();
    const renewals = [50, 55, 60, 46, 58].map((minutes) =>
      opened.service.renew(user, id, { expirationDateTime: inMinutes(minutes) }),
    );
    await Promise.all(renewals);
    const { expiresMs } = await opened.service.get(user, id);
    expect(expiresMs).toBe(START_MS + 58 * MINUTE_MS);
    const text = (await opened.kept()).subscriptions?.[id] ?? '';
    expect(JSON.parse(text)).toMatchObject({ expiresMs });
  });
});

describe('reauthorizing', () => {
  const later = exampleCaller({ expiresMs: START_MS + 48 * 60 * MINUTE_MS });

  test('takes the token’s end and nothing else', async () => {
    const before = await opened.create();
    opened.clock.advance(MINUTE_MS);
    await opened.service.reauthorize(later, before.id);
    expect(await opened.service.get(user, before.id)).toEqual({
      ...before,
      authorizedMs: START_MS + MINUTE_MS,
      authorizedUntilMs: later.expiresMs,
    });
  });

  test('within ten minutes of a PATCH is 409 in profile graph', async () => {
    const { id } = await opened.create();
    opened.clock.advance(MINUTE_MS);
    await opened.service.renew(user, id, { expirationDateTime: inMinutes(60) });
    opened.clock.advance(10 * MINUTE_MS - 1);
    await expect(opened.service.reauthorize(later, id)).rejects.toEqual(
      status(409, 'less than 10 minutes ago'),
    );
    opened.clock.advance(1);
    await opened.service.reauthorize(later, id);
  });

  test('within ten minutes of a PATCH works in profile extended', async () => {
    opened = open({ profile: 'extended' });
    const { id } = await opened.create();
    opened.clock.advance(MINUTE_MS);
    await opened.service.renew(user, id, { expirationDateTime: inMinutes(60) });
    await opened.service.reauthorize(later, id);
  });
});

describe('ending', () => {
  test('by its owner forgets it without a word', async () => {
    const { id } = await opened.create({ lifecycleNotificationUrl: LIFECYCLE });
    await opened.service.remove(user, id);
    expect(opened.told).toEqual([`put ${id}`, `remove ${id}`]);
    expect(await opened.kept()).toEqual({ subscriptions: {}, letters: {} });
    expect(opened.registry.matching(TENANT, COLLEAGUE)).toEqual([]);
    await expect(opened.service.remove(user, id)).rejects.toEqual(status(404));
  });

  test('that can’t be kept leaves it as it is', async () => {
    const { id } = await opened.create();
    opened.state.failing = true;
    await expect(opened.service.remove(user, id)).rejects.toThrow(StoreUnavailable);
    expect((await opened.service.get(user, id)).id).toBe(id);
  });

  test('by an administrator announces subscriptionRemoved', async () => {
    const { id } = await opened.create();
    expect(await opened.service.removeByAdmin(TENANT, id)).toBe(true);
    expect(opened.told).toEqual([`put ${id}`, `remove ${id}`]);
    expect((await opened.kept()).letters).toEqual({ [id]: 'subscriptionRemoved' });
    expect(await opened.service.removeByAdmin(TENANT, id)).toBe(false);
  });
});

describe('time', () => {
  const announced = ({ announced }: Opened, event: LifecycleEvent) =>
    announced.filter((each) => each === event).length;

  beforeEach(() => opened.service.start());

  test('an expired subscription ends at its instant, by itself, and is announced', async () => {
    const { id } = await opened.create();
    opened.clock.advance(60 * MINUTE_MS - 1);
    await rest();
    expect(opened.registry.size).toBe(1);
    opened.clock.advance(1);
    await opened.service.sweep();
    expect(opened.registry.size).toBe(0);
    expect(opened.told.at(-1)).toBe(`remove ${id}`);
    expect(await opened.kept()).toEqual({
      subscriptions: {},
      letters: { [id]: 'subscriptionRemoved' },
    });
    await expect(opened.service.get(user, id)).rejects.toEqual(status(404));
    expect(await opened.service.list(user)).toEqual([]);
  });

  test('many that expire at once all end', async () => {
    opened = open({ profile: 'extended' });
    await opened.service.start();
    for (let number = 0; number < 500; number++) {
      await opened.create({ notificationUrl: `https://receiver.example/${number}` });
    }
    opened.clock.advance(60 * MINUTE_MS);
    await opened.service.sweep();
    expect(opened.registry.size).toBe(0);
  });

  test('a renewed one lives on past its first expiration', async () => {
    const { id } = await opened.create();
    opened.clock.advance(30 * MINUTE_MS);
    await opened.service.renew(user, id, { expirationDateTime: inMinutes(90) });
    opened.clock.advance(59 * MINUTE_MS);
    await opened.service.sweep();
    expect(opened.registry.size).toBe(1);
    opened.clock.advance(MINUTE_MS);
    await opened.service.sweep();
    expect(opened.registry.size).toBe(0);
  });

  test('reauthorizationRequired is announced once, ten minutes before the end, and kept as announced', async () => {
    const { id } = await opened.create({ lifecycleNotificationUrl: LIFECYCLE });
    opened.clock.advance(50 * MINUTE_MS - 1);
    await opened.service.sweep();
    expect(announced(opened, 'reauthorizationRequired')).toBe(0);
    opened.clock.advance(1);
    await opened.service.sweep();
    opened.clock.advance(MINUTE_MS);
    await opened.service.sweep();
    expect(announced(opened, 'reauthorizationRequired')).toBe(1);
    const { subscriptions, letters } = await opened.kept();
    expect(letters).toEqual({ [id]: 'reauthorizationRequired' });
    expect(JSON.parse(subscriptions?.[id] ?? '')).toMatchObject({
      reauthorizationAskedForMs: START_MS + 60 * MINUTE_MS,
    });
  });

  test('after a renewal it is announced anew', async () => {
    const { id } = await opened.create({ lifecycleNotificationUrl: LIFECYCLE });
    opened.clock.advance(55 * MINUTE_MS);
    await opened.service.sweep();
    await opened.service.renew(user, id, { expirationDateTime: inMinutes(110) });
    await opened.service.sweep();
    expect(announced(opened, 'reauthorizationRequired')).toBe(1);
    opened.clock.advance(45 * MINUTE_MS);
    await opened.service.sweep();
    expect(announced(opened, 'reauthorizationRequired')).toBe(2);
  });

  test('it is announced before the token ends, where that is sooner', async () => {
    const expiresMs = START_MS + 30 * MINUTE_MS;
    await opened.create({ lifecycleNotificationUrl: LIFECYCLE }, { expiresMs });
    opened.clock.advance(20 * MINUTE_MS);
    await opened.service.sweep();
    expect(announced(opened, 'reauthorizationRequired')).toBe(1);
  });

  test('what can’t be kept is tried again a second later, and reported once', async () => {
    await opened.create();
    await opened.create({}, { userId: COLLEAGUE });
    opened.state.failing = true;
    opened.clock.advance(60 * MINUTE_MS);
    await opened.service.sweep();
    expect(opened.errors).toEqual([expect.any(StoreUnavailable)]);
    expect(opened.registry.size).toBe(2);
    expect(opened.told).toHaveLength(2);
    opened.state.failing = false;
    opened.clock.advance(1000);
    await opened.service.sweep();
    expect(opened.registry.size).toBe(0);
  });

  test('once stopped, nothing ends any more', async () => {
    await opened.create();
    await opened.service.stop();
    opened.clock.advance(60 * MINUTE_MS);
    await rest();
    expect(opened.registry.size).toBe(1);
  });
});

describe('a restart', () => {
  test('brings back every subscription as it was, and tells the courier of it', async () => {
    const before = await opened.create({ lifecycleNotificationUrl: LIFECYCLE });
    const next = open({ documents: opened.documents });
    await next.service.load();
    await next.service.start();
    expect(await next.service.get(user, before.id)).toEqual(before);
    expect(next.registry.matching(TENANT, COLLEAGUE)).toEqual([before]);
    expect(next.told).toEqual([`put ${before.id}`]);
  });

  test('ends what expired meanwhile, with its announcement', async () => {
    const { id } = await opened.create();
    const next = open({ documents: opened.documents, nowMs: START_MS + 61 * MINUTE_MS });
    await next.service.load();
    await next.service.start();
    expect(next.told).toEqual([`put ${id}`, `remove ${id}`]);
    expect(await next.kept()).toEqual({
      subscriptions: {},
      letters: { [id]: 'subscriptionRemoved' },
    });
  });

  test('wakes for what expires later, and doesn’t announce again what was announced', async () => {
    await opened.create({ lifecycleNotificationUrl: LIFECYCLE });
    await opened.service.start();
    opened.clock.advance(51 * MINUTE_MS);
    await opened.service.sweep();
    const next = open({ documents: opened.documents, nowMs: opened.clock.nowMs() });
    await next.service.load();
    await next.service.start();
    expect(next.announced).toEqual([]);
    next.clock.advance(9 * MINUTE_MS);
    await next.service.sweep();
    expect(next.registry.size).toBe(0);
  });
});
