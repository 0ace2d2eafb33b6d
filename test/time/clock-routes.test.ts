import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localSteward } from '../../src/auth/dev-issuer/steward.ts';
import { ManualClock } from '../../src/clock.ts';
import { SeededRandomness } from '../../src/random.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { readClock } from '../../src/time/kept-clock.ts';
import { VirtualClock } from '../../src/time/virtual-clock.ts';
import { openReceiver } from '../subscriptions/receiver.ts';
import {
  type Answer,
  expectError,
  HOUR_MS,
  MINUTE_MS,
  type Porchlight,
  START,
  session,
  startPorchlight,
  TENANT,
  USER,
} from '../wire/porchlight.ts';
import { expiring, localParts } from '../wire/subscribing.ts';

const ADMIN = { permissions: ['Porchlight.Manage.All'] };
const PRESENCE = `/v1.0/users/${USER}/presence`;

let below: ManualClock;
let porchlight: Porchlight;

async function start(more: Parameters<typeof startPorchlight>[0] = {}): Promise<Porchlight> {
  below = new ManualClock(START);
  return startPorchlight({
    virtual: new VirtualClock(below),
    ...more,
    parts: { steadyClock: below, randomness: new SeededRandomness(1), ...more.parts },
  });
}

beforeEach(async () => {
  porchlight = await start();
});
afterEach(() => porchlight.close());

const at = (ms: number) => new Date(START + ms).toISOString();
const clock = () => porchlight.as(ADMIN).get('/porchlight/clock');
const post = (path: string, body?: object) =>
  porchlight.as(ADMIN).post(`/porchlight/clock/${path}`, body);
const told = ({ status, body, text }: Answer) => {
  expect(status, text).toBe(200);
  return body;
};

test('tells what it shows, is stopped, and goes on from there', async () => {
  expect(told(await clock())).toEqual({ dateTime: at(0), state: 'running' });
  below.advance(1000);
  expect(told(await clock())).toEqual({ dateTime: at(1000), state: 'running' });
  expect(told(await post('freeze'))).toEqual({ dateTime: at(1000), state: 'frozen' });
  below.advance(1000);
  expect(told(await clock())).toEqual({ dateTime: at(1000), state: 'frozen' });
  expect(told(await post('resume'))).toEqual({ dateTime: at(1000), state: 'running' });
  below.advance(1000);
  expect(told(await clock())).toEqual({ dateTime: at(2000), state: 'running' });
});

test('moved on, everything due on the way happens at its own instant, in order and once, and is told', async () => {
  await porchlight.as().post(`${PRESENCE}/setPresence`, session('Available/Available', 'PT1H'));
  const available = { availability: 'Available', activity: 'Available' };
  const inactive = { availability: 'Available', activity: 'AvailableInactive' };
  const away = { availability: 'Away', activity: 'Away' };
  const offline = { availability: 'Offline', activity: 'Offline' };
  const about = { kind: 'presence', tenantId: TENANT, userId: USER };
  const number = (ms: number) => `A000${START + ms}`;
  const body = told(await post('advance', { duration: 'PT2H' })) as { events: object[] };
  expect(body).toEqual({
    dateTime: at(2 * HOUR_MS),
    state: 'running',
    events: [
      [5 * MINUTE_MS, available, inactive] as const,
      [10 * MINUTE_MS, inactive, away] as const,
      [HOUR_MS, away, offline] as const,
    ].map(([ms, before, after]) => ({
      dateTime: at(ms),
      ...about,
      ...{ before, after },
      cause: expect.objectContaining({ kind: expect.any(String) }),
      sequenceNumber: number(ms),
    })),
    omitted: 0,
  });
  expect(told(await post('advance', { duration: 'PT2H' }))).toMatchObject({ events: [] });
  expect(await porchlight.shown()).toBe('Offline/Offline');
});

test('a receiver that fails is tried again on the way, and both is told', async () => {
  await porchlight.close();
  const receiver = await openReceiver();
  porchlight = await start({ profile: 'extended', parts: localParts() });
  const subscribed = await porchlight.as().post('/v1.0/subscriptions', {
    changeType: 'updated',
    notificationUrl: `${receiver.origin}/n`,
    lifecycleNotificationUrl: `${receiver.origin}/life`,
    resource: `communications/presences/${USER}`,
    ...expiring(60),
  });
  const { id } = subscribed.body as { id: string };
  let failures = 2;
  receiver.behave(() => ({ status: failures-- > 0 ? 503 : 202 }));
  told(await post('freeze'));
  await porchlight.as().post(`${PRESENCE}/setPresence`, session('Busy/InACall', 'PT1H'));
  await porchlight.server.settled();
  const events = (
    told(await post('advance', { duration: 'PT2H' })) as {
      events: { kind: string; url?: string; outcome?: unknown; event?: string; dateTime: string }[];
    }
  ).events;
  // The first attempt was made before the clock was moved.
  expect(
    events.map(({ kind, url, outcome, event }) => [kind, url?.split('/').at(-1) ?? event, outcome]),
  ).toEqual([
    ['notification', 'n', 503],
    ['notification', 'n', 202],
    ['subscription', 'reauthorizationRequired', undefined],
    ['notification', 'life', 202],
    ['presence', undefined, undefined],
    ['subscription', 'expired', undefined],
    ['notification', 'life', 202],
  ]);
  expect(events[4]?.dateTime).toBe(at(HOUR_MS));
  expect(events[2]).toEqual({
    ...{ dateTime: at(50 * MINUTE_MS), kind: 'subscription', tenantId: TENANT },
    ...{ subscriptionId: id, event: 'reauthorizationRequired' },
  });
  expect(events.at(-1)).toEqual({
    dateTime: at(HOUR_MS),
    kind: 'notification',
    url: `${receiver.origin}/life`,
    items: [{ subscriptionId: id, userId: null, lifecycleEvent: 'subscriptionRemoved' }],
    outcome: 202,
  });
  await receiver.close();
});

test('set forwards it is as moved on; set back nothing happens, and numbers go on growing', async () => {
  await porchlight.as().post(`${PRESENCE}/setPresence`, session('Busy/InACall', 'PT1H'));
  expect(told(await post('set', { dateTime: at(2 * HOUR_MS) }))).toMatchObject({
    dateTime: at(2 * HOUR_MS),
    events: [{ dateTime: at(HOUR_MS), kind: 'presence' }],
  });
  expect(told(await post('set', { dateTime: at(0) }))).toMatchObject({ events: [] });
  await porchlight.as().post(`${PRESENCE}/setPresence`, session('Busy/InACall', 'PT5M'));
  const { body } = await porchlight.as().get(PRESENCE);
  expect(body).toMatchObject({ sequenceNumber: `A000${START + HOUR_MS + 1}` });
});

test('reset, it shows the machine’s time again, and all that is due by then happens', async () => {
  told(await post('freeze'));
  await porchlight.as().post(`${PRESENCE}/setPresence`, session('Busy/InACall', 'PT5M'));
  below.advance(10 * MINUTE_MS);
  expect(told(await post('reset'))).toMatchObject({
    dateTime: at(10 * MINUTE_MS),
    state: 'running',
    events: [{ dateTime: at(5 * MINUTE_MS) }],
  });
  below.advance(1000);
  expect(told(await clock())).toMatchObject({ dateTime: at(10 * MINUTE_MS + 1000) });
});

test('while it goes on, what is due happens by itself', async () => {
  told(await post('advance', { duration: 'PT3H' }));
  await porchlight.as().post(`${PRESENCE}/setPresence`, session('Busy/InACall', 'PT5M'));
  below.advance(5 * MINUTE_MS);
  expect(await porchlight.shown()).toBe('Offline/Offline');
  await porchlight.server.settled();
  const { entries } = await porchlight.store.feed(0, '', 100);
  expect(entries.map(({ change }) => change.atMs - START)).toEqual([
    3 * HOUR_MS,
    3 * HOUR_MS + 5 * MINUTE_MS,
  ]);
});

test('how it stands survives a restart', async () => {
  await porchlight.close();
  const store = { ...openMemoryStore(), close: async () => {} };
  porchlight = await start({ parts: { store } });
  told(await post('freeze'));
  told(await post('advance', { duration: 'PT8H' }));
  expect(await readClock(store.documents)).toEqual({ kind: 'frozen', atMs: START + 8 * HOUR_MS });
  told(await post('resume'));
  expect(await readClock(store.documents)).toEqual({ kind: 'running', aheadMs: 8 * HOUR_MS });
});

async function expectRefused(path: string, body: object, message: string): Promise<void> {
  const answer = await post(path, body);
  expect(answer.status, answer.text).toBe(400);
  expect(answer.text).toContain(message);
  expect(told(await clock())).toEqual({ dateTime: at(0), state: 'running' });
}

test('advance refuses what is no duration, and nothing moves', async () => {
  await expectRefused('advance', { duration: '5 minutes' }, '[Duration]: ');
  await expectRefused('advance', { duration: 'PT0S' }, '[Duration]: PT0S is out of range');
  await expectRefused('advance', { duration: 'P400D' }, '[Duration]: P400D is out of range');
  await expectRefused('advance', { duration: 5 }, '[Duration]');
  await expectRefused('advance', {}, '[Duration]');
});

test('set refuses what is no instant within a year, and nothing moves', async () => {
  await expectRefused('set', { dateTime: 'tomorrow' }, "[DateTime]: 'tomorrow' is not a date");
  await expectRefused('set', { dateTime: '2026-02-31T10:00:00Z' }, '[DateTime]: ');
  await expectRefused('set', { dateTime: '2029-01-01T00:00:00Z' }, 'must be within a year');
});

test('needs Porchlight.Manage.All, and nothing moves without', async () => {
  const answer = await porchlight.as().post('/porchlight/clock/advance', { duration: 'PT1H' });
  expect(expectError(answer, 403, 'Forbidden')).toContain('Porchlight.Manage.All');
  const anybody = await porchlight.send('POST', '/porchlight/clock/freeze');
  expectError(anybody, 401, 'InvalidAuthenticationToken');
  expect(told(await clock())).toEqual({ dateTime: at(0), state: 'running' });
});

test('a server whose clock is the machine’s has no such address', async () => {
  await porchlight.close();
  porchlight = await startPorchlight();
  expectError(await clock(), 404, 'NotFound');
});

test('many moves at once are made one after another', async () => {
  told(await post('freeze'));
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => post('advance', { duration: 'PT1M' })),
  );
  const shown = answers.map((answer) => (told(answer) as { dateTime: string }).dateTime);
  expect(told(await clock())).toMatchObject({ dateTime: at(5 * MINUTE_MS) });
  expect(new Set(shown).size).toBe(5);
});

test('an issuer that goes by the world’s time is judged by that, and its tokens end by ours', async () => {
  await porchlight.close();
  porchlight = await start({ parts: { tokenClock: new ManualClock(START) } });
  const token = await porchlight.token({ ...ADMIN, claims: { exp: START / 1000 + 60 } });
  const send = (path: string, body: object) =>
    porchlight.send('POST', `/porchlight/clock/${path}`, { token, body });
  told(await send('advance', { duration: 'PT8H' }));
  told(await send('set', { dateTime: at(0) }));
});

test('whoever works on this machine needs no token where a server lets them', async () => {
  await porchlight.close();
  const steward = localSteward(TENANT, (origin) => origin === 'http://localhost:3000');
  porchlight = await start({ parts: { steward } });
  const freeze = (headers: Record<string, string> = {}) =>
    porchlight.send('POST', '/porchlight/clock/freeze', { headers });
  told(await freeze());
  told(await freeze({ origin: 'http://localhost:3000' }));
  for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }]) {
    expectError(await freeze(headers), 401, 'InvalidAuthenticationToken');
  }
  const forged = await porchlight.send('GET', '/porchlight/clock', { token: 'x' });
  expectError(forged, 401, 'InvalidAuthenticationToken');
  const graph = await porchlight.send('GET', PRESENCE);
  expectError(graph, 401, 'InvalidAuthenticationToken');
});

test('a name that leads to this machine, or another machine, is nobody on it', () => {
  const steward = localSteward(TENANT, () => false);
  const ask = (host: string, remoteAddress: string) =>
    steward({ headers: { host }, socket: { remoteAddress } } as IncomingMessage)?.tenantId;
  for (const host of ['localhost', 'localhost:4280', '127.0.0.1:4280', '[::1]:4280']) {
    expect(ask(host, '127.0.0.1')).toBe(TENANT);
  }
  expect(ask('[::1]:4280', '::1')).toBe(TENANT);
  expect(ask('localhost', '::ffff:127.0.0.1')).toBe(TENANT);
  for (const host of ['rebound.example', 'localhost.evil.example', '127.0.0.1.evil.example', '']) {
    expect(ask(host, '127.0.0.1')).toBeUndefined();
  }
  expect(ask('localhost', '192.0.2.7')).toBeUndefined();
});
