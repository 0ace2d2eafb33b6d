import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { AGAIN_AFTER_MS } from '../../src/directory/departures.ts';
import { directoryCollection } from '../../src/directory/stored-user.ts';
import { NO_FACTS, saysNothing } from '../../src/engine/facts.ts';
import { OFFLINE_PRESENCE } from '../../src/engine/presence.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { FEED_START, type PresenceStore } from '../../src/store/store.ts';
import { setStatusMessage, tell } from '../store/commands.ts';
import { newFolder } from '../store/folders.ts';
import { until } from '../until.ts';
import { PNG, putBytes } from '../wire/directory/people.ts';
import { LIFECYCLE, usersOf } from '../wire/notified.ts';
import {
  COLLEAGUE,
  expectError,
  HOUR_MS,
  preferred,
  START,
  session,
  TENANT,
  USER,
} from '../wire/porchlight.ts';
import { presenceIn, watch, watchOn } from '../wire/watching.ts';
import {
  expectScimError,
  patch,
  type ScimOptions,
  startScim,
  startScimNotified,
} from './client.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** Two who know each other, provisioned by their object ids. */
async function start(options: ScimOptions = {}) {
  const server = await startScim(options);
  open.push(server);
  await server.create('mira@contoso.example', { externalId: USER });
  await server.create('adam@contoso.example', { externalId: COLLEAGUE });
  return server;
}

async function startNotified(options: ScimOptions = {}) {
  const server = await startScimNotified(options);
  open.push(server);
  await server.create('mira@contoso.example', { externalId: USER });
  await server.create('adam@contoso.example', { externalId: COLLEAGUE });
  return server;
}

type Started = Awaited<ReturnType<typeof start>>;

const deactivate = (server: Pick<Started, 'scim'>, id = COLLEAGUE) =>
  server.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: false } }));
const activate = (server: Pick<Started, 'scim'>, id = COLLEAGUE) =>
  server.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: true } }));

/** All that a person can have said about themselves, and a picture of theirs. */
async function sayEverything(server: Started): Promise<void> {
  const as = server.as({ user: COLLEAGUE });
  const path = '/v1.0/me/presence';
  const message = { statusMessage: { message: { content: 'In the dark', contentType: 'text' } } };
  for (const [action, body] of [
    ['setPresence', session('Busy/InACall')],
    ['setUserPreferredPresence', preferred('DoNotDisturb/DoNotDisturb')],
    ['setStatusMessage', message],
  ] as const) {
    expect((await as.post(`${path}/${action}`, body)).status).toBe(200);
  }
  const by = { permissions: ['ProfilePhoto.ReadWrite.All'] };
  const answer = await putBytes(server as never, `/v1.0/users/${COLLEAGUE}/photo/$value`, by, PNG);
  expect(answer.status, answer.text).toBe(200);
}

/** A day of meetings in the colleague’s calendar, which is on now. */
async function plan(server: Started): Promise<void> {
  const at = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
  const [start, end] = [at('2026-11-21T08:00:00'), at('2026-11-22T08:00:00')];
  const event = { subject: 'A long one', start, end };
  const answer = await server.as({ user: COLLEAGUE }).post('/v1.0/me/events', event);
  expect(answer.status, answer.text).toBe(201);
}

const photoStatus = async (server: Started) =>
  (await server.as({ permissions: ['User.Read.All'] }).get(`/v1.0/users/${COLLEAGUE}/photo`))
    .status;

async function numberOf(store: PresenceStore): Promise<number> {
  const [record] = await store.read(TENANT, [COLLEAGUE]);
  return record?.number ?? 0;
}

describe('a user who is deactivated', () => {
  test('has no presence any more, and gets back none of it', async () => {
    const server = await start();
    await sayEverything(server);
    expect((await deactivate(server)).status).toBe(200);
    expect(await server.shown(COLLEAGUE)).toBe('nobody');
    expect((await activate(server)).status).toBe(200);
    expect(await server.shown(COLLEAGUE)).toBe('Offline/Offline');
    const { body } = await server.as().get(`/v1.0/users/${COLLEAGUE}/presence`);
    expect(body).toMatchObject({ statusMessage: null });
    // What is theirs is theirs still.
    expect(await photoStatus(server)).toBe(200);
  });

  test('has no calendar while they are away, and has it again when they are back', async () => {
    const store = openMemoryStore();
    const server = await start({ store });
    const me = server.as({ user: COLLEAGUE });
    await plan(server);
    await me.post('/v1.0/me/presence/setPresence', session('Away/Away', 'PT4H'));
    expect(await server.shown(COLLEAGUE)).toBe('Busy/InAMeeting');
    await deactivate(server);
    // Also once somebody has looked at the calendar again.
    server.clock.advance(HOUR_MS);
    await server.server.shifts.tick();
    expect(await server.shown(COLLEAGUE)).toBe('nobody');
    const [record] = await store.read(TENANT, [COLLEAGUE]);
    expect(record?.facts.calendar?.spans).toEqual([]);
    await activate(server);
    await me.post('/v1.0/me/presence/setPresence', session('Away/Away', 'PT4H'));
    expect(await server.shown(COLLEAGUE)).toBe('Busy/InAMeeting');
  });

  test('is told of to those who follow them', async () => {
    const server = await startNotified();
    await server.set('Busy/InACall');
    const { id } = await server.subscribe();
    await deactivate(server);
    const [notification] = await server.arrived(1);
    expect(usersOf(notification)).toEqual([COLLEAGUE]);
    expect(notification?.value[0]).toMatchObject({ subscriptionId: id });
  });

  test('is out at once, with a token that would live on', async () => {
    const server = await start();
    const as = server.as({ user: COLLEAGUE });
    const write = () => as.post('/v1.0/me/presence/setPresence', session('Busy/InACall'));
    expect((await write()).status).toBe(200);
    await deactivate(server);
    expectError(await write(), 401, 'InvalidAuthenticationToken');
    expectError(await as.get('/v1.0/me/presence'), 401, 'InvalidAuthenticationToken');
    const others = await as.get(`/v1.0/users/${USER}/presence`);
    expect(expectError(others, 401, 'InvalidAuthenticationToken')).toContain('deactivated');
    expect(others.headers.get('www-authenticate')).toMatch(/^Bearer/);
    const byApplication = `/v1.0/users/${COLLEAGUE}/presence/setPresence`;
    expectError(await server.as().post(byApplication, session('Busy/InACall')), 404, 'NotFound');
    await activate(server);
    expect((await write()).status).toBe(200);
  });

  test('hears nothing more over a stream that is open', async () => {
    const server = await start();
    const set = async (pair: string) => {
      const path = `/v1.0/users/${COLLEAGUE}/presence/setPresence`;
      expect((await server.as().post(path, session(pair))).status).toBe(200);
    };
    const theirs = await watchOn(server as never, `?ids=${COLLEAGUE}`, { user: USER });
    const others = await watchOn(server as never, `?ids=${COLLEAGUE}`);
    await deactivate(server, USER);
    await set('Busy/InACall');
    expect(presenceIn(await others.next())).toMatchObject({ activity: 'InACall' });
    await activate(server, USER);
    await set('Available/Available');
    expect(presenceIn(await theirs.next())).toMatchObject({ activity: 'Available' });
    theirs.hangUp();
    others.hangUp();
  });

  test('loses the subscriptions they made, and their applications hear of it', async () => {
    const server = await startNotified({ more: { profile: 'extended' } });
    const urls = { lifecycleNotificationUrl: `${server.receiver.origin}${LIFECYCLE}` };
    await server.subscribe({ user: USER }, urls);
    await server.subscribe({ user: COLLEAGUE });
    await deactivate(server, USER);
    const [letter] = await server.arrived(1, LIFECYCLE);
    expect(letter?.value[0]).toMatchObject({ lifecycleEvent: 'subscriptionRemoved' });
    const left = await server.server.subscriptions.listByAdmin(TENANT);
    expect(left.map(({ userId }) => userId)).toEqual([COLLEAGUE]);
  });
});

describe('a user who is deleted', () => {
  test('leaves nothing but the number of their last change', async () => {
    const store = openMemoryStore();
    const server = await start({ store });
    await sayEverything(server);
    const before = await numberOf(store);
    expect((await server.scim('DELETE', `/Users/${COLLEAGUE}`)).status).toBe(204);
    expect(await server.shown(COLLEAGUE)).toBe('nobody');
    expect(await photoStatus(server)).toBe(404);
    const me = await server.as({ user: COLLEAGUE }).get('/v1.0/me/presence');
    expectError(me, 401, 'InvalidAuthenticationToken');
    const [record] = await store.read(TENANT, [COLLEAGUE]);
    expect(record).toMatchObject({ facts: NO_FACTS });
    expect(record?.number).toBeGreaterThan(before);
    expect([...(await store.documents.all(directoryCollection(TENANT))).keys()]).toEqual([USER]);
    expect(await store.documents.all(`photo ${TENANT} ${COLLEAGUE}`)).toEqual(new Map());
  });

  test('leaves no event, no feed, and no meeting that is on', async () => {
    const store = openMemoryStore();
    const server = await start({ store });
    await plan(server);
    const feed = { url: 'https://calendar.example/adam.ics' };
    await server.as({ user: COLLEAGUE }).put('/porchlight/me/calendarFeed', feed);
    expect((await server.scim('DELETE', `/Users/${COLLEAGUE}`)).status).toBe(204);
    const own = store.documentsOf(0);
    expect([...(await own.all(`person ${TENANT} ${COLLEAGUE}`)).keys()]).toEqual(['head']);
    expect(await own.all(`feed ${TENANT} ${COLLEAGUE}`)).toEqual(new Map());
    expect(await own.all('feeds')).toEqual(new Map());
    server.clock.advance(HOUR_MS);
    await server.server.shifts.tick();
    const [record] = await store.read(TENANT, [COLLEAGUE]);
    expect(record && saysNothing(record.facts)).toBe(true);
  });

  test('leaves nothing of what they said in the feed, nor a history', async () => {
    const store = openMemoryStore();
    const server = await start({ store });
    await sayEverything(server);
    const user = { tenantId: TENANT, userId: COLLEAGUE };
    expect((await store.history(user, 0, 10)).changes.length).toBeGreaterThan(2);
    expect((await server.scim('DELETE', `/Users/${COLLEAGUE}`)).status).toBe(204);
    const left = async () => {
      expect((await store.history(user, 0, 10)).changes).toEqual([]);
      const { entries } = await store.feed(0, FEED_START, 100);
      return entries.filter(({ userId }) => userId === COLLEAGUE);
    };
    const [mark, ...more] = await left();
    expect(more).toEqual([]);
    expect(mark?.change).toMatchObject({ before: OFFLINE_PRESENCE, after: OFFLINE_PRESENCE });
    // What slips in is forgotten as well.
    await tell(store, user, START, setStatusMessage('said too late'));
    server.clock.advance(AGAIN_AFTER_MS);
    await until(async () => (await store.documents.all('departing')).size === 0);
    expect(JSON.stringify(await left())).not.toContain('said too late');
  });

  test('is told of to those who had not read that far', async () => {
    const server = await start();
    await server.as().post(`/v1.0/users/${USER}/presence/setPresence`, session('Busy/InACall'));
    const stream = await watch(server as never, `?ids=${USER},${COLLEAGUE}`);
    const { id: place = '' } = await stream.next();
    stream.hangUp();
    const delta = '/porchlight/presences/delta';
    const begun = await server.as().get(`${delta}?ids=${USER},${COLLEAGUE}`);
    const { '@odata.deltaLink': link } = begun.body as { '@odata.deltaLink': string };
    await sayEverything(server);
    await server.scim('DELETE', `/Users/${COLLEAGUE}`);
    const options = { lastEventId: place };
    for (const select of ['', '&$select=availability']) {
      const resumed = await watch(server as never, `?ids=${USER},${COLLEAGUE}${select}`, options);
      const told = JSON.parse((await resumed.next()).data);
      expect(told).toMatchObject({ availability: 'Offline' });
      resumed.hangUp();
    }
    const next = await server.as().get(link.slice(server.origin.length));
    expect(next.body).toMatchObject({ value: [{ id: COLLEAGUE }] });
    expect(next.body).toHaveProperty(['@odata.deltaLink']);
  });

  test('and created again with the same id finds nothing of before, and higher numbers', async () => {
    const store = openMemoryStore();
    const server = await start({ store });
    await sayEverything(server);
    await server.scim('DELETE', `/Users/${COLLEAGUE}`);
    const number = await numberOf(store);
    await server.create('adam@contoso.example', { externalId: COLLEAGUE });
    expect(await server.shown(COLLEAGUE)).toBe('Offline/Offline');
    await sayEverything(server);
    expect(await numberOf(store)).toBeGreaterThan(number);
    // Whoever was deleted before isn't seen to any more.
    server.clock.advance(AGAIN_AFTER_MS);
    await until(async () => (await store.documents.all('departing')).size === 0);
    expect(await photoStatus(server)).toBe(200);
  });

  test('is told of where groups say who sees whom', async () => {
    const rules = new Map([[TENANT, { who: 'groups' as const, seeEveryone: [] }]]);
    const server = await startNotified({ visibility: rules });
    const members = [{ value: USER }, { value: COLLEAGUE }];
    await server.scim('POST', '/Groups', { displayName: 'Crew', members });
    await server.subscribe();
    await server.set('Busy/InACall');
    await server.arrived(1);
    expect((await server.scim('DELETE', `/Users/${COLLEAGUE}`)).status).toBe(204);
    expect(usersOf((await server.arrived(2))[1])).toEqual([COLLEAGUE]);
  });

  test('is forgotten once more half a minute later: a request may have slipped in', async () => {
    const store = openMemoryStore();
    const server = await start({ store });
    await server.scim('DELETE', `/Users/${COLLEAGUE}`);
    const late = setStatusMessage('said too late');
    await tell(store, { tenantId: TENANT, userId: COLLEAGUE }, START, late);
    expect(await store.read(TENANT, [COLLEAGUE])).toMatchObject([{ facts: { statusMessage: {} } }]);
    server.clock.advance(AGAIN_AFTER_MS);
    await until(async () => (await store.documents.all('departing')).size === 0);
    expect(await store.read(TENANT, [COLLEAGUE])).toMatchObject([{ facts: NO_FACTS }]);
  });
});

describe('a server that breaks off in the middle of deleting a user', () => {
  /** A store that fails when a photo is to be forgotten, as a crash would: what came before is kept. */
  function breaking(store: PresenceStore): PresenceStore {
    return {
      ...store,
      documentsOf(partition) {
        const documents = store.documentsOf(partition);
        return {
          ...documents,
          all: (collection) => documents.all(collection),
          since: (collection, revision) => documents.since(collection, revision),
          onWritten: (listener) => documents.onWritten(listener),
          async write(edits, under) {
            const isPhoto = edits.some(
              ({ collection, text }) => collection.startsWith('photo ') && text === undefined,
            );
            if (isPhoto) throw new StoreUnavailable('the disk is gone', 2000);
            return documents.write(edits, under);
          },
        };
      },
    };
  }

  async function breakOff(store: PresenceStore, clock: ManualClock): Promise<void> {
    const server = await start({ store: breaking(store), clock });
    await sayEverything(server);
    const answer = await server.scim('DELETE', `/Users/${COLLEAGUE}`);
    const detail = expectScimError(answer, 503);
    expect(detail).toContain('not known');
    expect(answer.headers.get('retry-after')).toBe('2');
    // Not gone, but out: the client can ask again.
    expect((await server.scim('GET', `/Users/${COLLEAGUE}`)).body).toMatchObject({ active: false });
    expect(await server.shown(COLLEAGUE)).toBe('nobody');
    open.splice(open.indexOf(server), 1);
    await server.close();
  }

  test.each([
    ['the client asks again', false],
    ['nobody does', true],
  ])('leaves the rest to another one, when %s', async (_, isLeft) => {
    const memory = openMemoryStore();
    const kept = { ...memory, close: async () => {} };
    const clock = new ManualClock(START);
    await breakOff(kept, clock);
    const server = await startScim({ store: kept, clock });
    open.push(server);
    expect(await photoStatus(server)).toBe(200);
    if (isLeft) clock.advance(AGAIN_AFTER_MS);
    else expect((await server.scim('DELETE', `/Users/${COLLEAGUE}`)).status).toBe(204);
    await until(async () => (await photoStatus(server)) === 404);
    expectScimError(await server.scim('GET', `/Users/${COLLEAGUE}`), 404);
  });

  test('leaves the rest to itself when it starts again on its file', async () => {
    const path = join(newFolder(), 'presence');
    const clock = new ManualClock(START);
    await breakOff(await openLmdbStore({ path }), clock);
    clock.advance(AGAIN_AFTER_MS);
    const store = await openLmdbStore({ path });
    const server = await startScim({ store, clock });
    open.push(server);
    await until(async () => {
      // The clock of a test rings only when it is moved.
      clock.advance(1);
      return (await store.documents.all('departing')).size === 0;
    });
    expectScimError(await server.scim('GET', `/Users/${COLLEAGUE}`), 404);
    expect(await photoStatus(server)).toBe(404);
    expect((await server.scim('GET', `/Users/${USER}`)).status).toBe(200);
  });

  test('lets the same user be created only when nothing of before is left', async () => {
    const store = { ...openMemoryStore(), close: async () => {} };
    const clock = new ManualClock(START);
    await breakOff(store, clock);
    const server = await startScim({ store, clock });
    open.push(server);
    await server.create('adam@contoso.example', { externalId: COLLEAGUE });
    expect(await photoStatus(server)).toBe(404);
    expect(await server.shown(COLLEAGUE)).toBe('Offline/Offline');
  });
});
