import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeEncryptionCertificate } from '../../src/auth/dev-certificates/encryption-certificate.ts';
import { type DevCertificates, openDevCertificates } from '../../src/auth/dev-certificates/open.ts';
import { GRAPH_TERMS } from '../../src/notifications/terms.ts';
import { newFolder } from '../store/folders.ts';
import {
  CHANGES,
  type Item,
  LIFECYCLE,
  type Notified,
  startNotified,
  turn,
} from '../wire/notified.ts';
import { APP, COLLEAGUE, MINUTE_MS, START, session, TENANT, USER } from '../wire/porchlight.ts';
import { opened, signingOptions } from '../wire/rich.ts';
import type { SubscriptionJson } from '../wire/subscribing.ts';
import { runClient } from './clients.ts';

/**
 * `@microsoft/microsoft-graph-client`, unchanged, and a receiver with TLS, over real sockets, with a
 * server whose clock is moved: what takes minutes and hours of Graph takes none here.
 */

const receiverKeys = makeEncryptionCertificate(START);
let certificates: DevCertificates;
let notified: Notified;

beforeEach(async () => {
  certificates = await openDevCertificates({ dir: newFolder(), nowMs: Date.now() });
  notified = await startNotified({
    ...(await signingOptions(() => notified.secureOrigin)),
    tls: certificates,
    receiverTls: certificates,
  });
});
afterEach(() => notified.close());

interface Call {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  readonly path: string;
  readonly body?: unknown;
}

/** What Microsoft’s client gets for calls, with a token of the user or, without one, of the application. */
async function call(
  calls: readonly Call[],
  { user, tokenMinutes = 60 }: { user?: string; tokenMinutes?: number } = {},
): Promise<readonly unknown[]> {
  const exp = Math.floor(notified.clock.nowMs() / 1000) + tokenMinutes * 60;
  const token = await notified.token({ claims: { exp }, ...(user !== undefined && { user }) });
  const task = { origin: notified.secureOrigin, token, calls };
  return (await runClient('graph-calls', task, certificates.caPath)) as readonly unknown[];
}

const inAnHour = () => new Date(notified.clock.nowMs() + 60 * MINUTE_MS).toISOString();

/** Has the signed-in user told of a colleague, whose presence comes along. */
async function subscribe(tokenMinutes?: number): Promise<SubscriptionJson> {
  const { origin } = notified.receiver;
  const body = {
    changeType: 'updated',
    notificationUrl: `${origin}${CHANGES}`,
    lifecycleNotificationUrl: `${origin}${LIFECYCLE}`,
    resource: `/communications/presences/${COLLEAGUE}`,
    expirationDateTime: inAnHour(),
    clientState: 'secret',
    includeResourceData: true,
    encryptionCertificate: receiverKeys.certificate,
    encryptionCertificateId: 'mine',
  };
  const [created] = await call([{ method: 'post', path: '/subscriptions', body }], {
    user: USER,
    ...(tokenMinutes !== undefined && { tokenMinutes }),
  });
  expect(created).toMatchObject({ clientState: 'secret', creatorId: USER, applicationId: APP });
  return created as SubscriptionJson;
}

const setting = (pair: string, duration: string): Call => ({
  method: 'post',
  path: `/users/${COLLEAGUE}/presence/setPresence`,
  body: session(pair, duration),
});

async function itemsAfter(count: number): Promise<readonly Item[]> {
  return (await notified.arrived(count)).flatMap(({ value }) => value);
}

const shownIn = (item: Item | undefined): unknown =>
  item && (JSON.parse(opened(item, receiverKeys.privateKeyPem).text) as unknown);

const eventsIn = () =>
  notified
    .at(LIFECYCLE)
    .flatMap(({ body }) => (JSON.parse(body) as { value: Item[] }).value)
    .map(({ lifecycleEvent }) => lifecycleEvent);

/** Moves the clock, and lets be done what is due. */
async function pass(minutes: number): Promise<void> {
  notified.clock.advance(minutes * MINUTE_MS);
  await notified.server.subscriptions.sweep();
  await turn();
  await notified.ended(notified.sent.length);
}

test('a fade nobody wrote notifies by itself at its due time, with a token that the server’s discovery proves', async () => {
  const { id } = await subscribe();
  await call([setting('Available/Available', 'PT1H')]);
  await notified.arrived(1);
  // Nobody asks and nobody writes: five minutes go by, then five more.
  await pass(5);
  await notified.arrived(2);
  await notified.ended(2);
  await pass(5);
  const items = await itemsAfter(3);
  expect(items.map(shownIn)).toMatchObject([
    { id: COLLEAGUE, availability: 'Available', activity: 'Available' },
    { id: COLLEAGUE, availability: 'Available', activity: 'AvailableInactive' },
    { id: COLLEAGUE, availability: 'Away', activity: 'Away' },
  ]);
  expect(new Set(items.map(({ subscriptionId }) => subscriptionId))).toEqual(new Set([id]));

  const issuer = `${notified.secureOrigin}/${TENANT}/v2.0`;
  const bodies = await notified.arrived(3);
  const tokens = bodies.flatMap(({ validationTokens = [] }) => validationTokens);
  const nowMs = notified.clock.nowMs();
  const task = { discovery: issuer, issuer, audience: APP, tokens, nowMs };
  const checked = await runClient('verify-tokens', task, certificates.caPath);
  const claims = { aud: APP, tid: TENANT, appid: '0bf30f3b-4a52-48df-9a82-234910c4a086' };
  expect(checked).toMatchObject({ document: { issuer }, claims: [claims, claims, claims] });
});

test('reauthorizationRequired comes before the token ends, delivery pauses with it, and reauthorize brings what waited', async () => {
  const { id } = await subscribe(30);
  await pass(20);
  await notified.arrived(1, LIFECYCLE);
  expect(eventsIn()).toEqual(['reauthorizationRequired']);
  await pass(10);
  await call([setting('Busy/InACall', 'PT4H')]);
  await turn();
  expect(notified.at(CHANGES)).toEqual([]);
  const path = `/subscriptions/${id}/reauthorize`;
  expect(await call([{ method: 'post', path }], { user: USER })).toEqual([null]);
  expect((await itemsAfter(1)).map(shownIn)).toMatchObject([{ activity: 'InACall' }]);
});

test('a subscription that is renewed lives on, and one that isn’t says subscriptionRemoved when it ends', async () => {
  const { id } = await subscribe();
  await pass(30);
  const path = `/subscriptions/${id}`;
  const renewal = { method: 'patch', path, body: { expirationDateTime: inAnHour() } } as const;
  const [renewed] = await call([renewal], { user: USER });
  expect(renewed).toMatchObject({ id, expirationDateTime: '2026-11-21T10:30:00.0000000Z' });
  await pass(45);
  expect(eventsIn()).toEqual([]);
  await pass(5);
  await pass(10);
  await notified.arrived(2, LIFECYCLE);
  expect(eventsIn()).toEqual(['reauthorizationRequired', 'subscriptionRemoved']);
  const [gone] = await call([{ method: 'get', path }], { user: USER });
  expect(gone).toMatchObject({ failed: { statusCode: 404, code: 'NotFound' } });
});

test('a receiver that failed for four hours is told that something was missed', async () => {
  const { id } = await subscribe();
  notified.react(({ path }) => ({ status: path === LIFECYCLE ? 202 : 503 }));
  await call([setting('Busy/InACall', 'PT5M')]);
  await notified.ended(1);
  for (let renewals = 0; renewals < 5; renewals++) {
    await pass(48);
    const body = { expirationDateTime: inAnHour() };
    const renewal = { method: 'patch', path: `/subscriptions/${id}`, body } as const;
    expect(await call([renewal], { user: USER })).toMatchObject([{ id }]);
  }
  expect(notified.clock.nowMs() - START).toBe(GRAPH_TERMS.giveUpAfterMs);
  expect(eventsIn()).toEqual([]);
  await pass(6);
  await notified.arrived(1, LIFECYCLE);
  expect(eventsIn()).toEqual(['missed']);
});
