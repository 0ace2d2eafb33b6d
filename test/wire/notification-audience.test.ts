import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Profile } from '../../src/graph/settable.ts';
import { CHANGES, type Notified, startNotified, turn, usersOf } from './notified.ts';
import {
  COLLEAGUE,
  MINUTE_MS,
  OTHER_APP,
  OTHER_TENANT,
  START,
  STRANGER,
  session,
  TENANT,
  USER,
} from './porchlight.ts';

let notified: Notified;
const start = async (profile: Profile) => {
  notified = await startNotified({ profile });
};
afterEach(() => notified.close());

/** Two users, of whom a change of the second says that there was nothing to tell of the first. */
const BOTH = `communications/presences?$filter=id in ('${COLLEAGUE}','${STRANGER}')`;

/** Whose changes have been told, in their order, up to one of the stranger’s. */
async function toldUpToStranger(): Promise<readonly string[]> {
  await notified.set('DoNotDisturb/Presenting', STRANGER);
  for (let count = 1; ; count++) {
    const users = (await notified.arrived(count)).flatMap(usersOf);
    if (users.includes(STRANGER)) return users;
  }
}

const writeStatusMessage = async (content: string) => {
  const path = `/v1.0/users/${COLLEAGUE}/presence/setStatusMessage`;
  const message = { content, contentType: 'text' };
  const answer = await notified.as().post(path, { statusMessage: { message } });
  expect(answer.status, answer.text).toBe(200);
};

describe('profile graph', () => {
  beforeEach(() => start('graph'));

  test('each change of availability or activity notifies', async () => {
    await notified.subscribe();
    const pairs = ['Busy/InACall', 'Busy/InAConferenceCall', 'Away/Away', 'Available/Available'];
    for (const [before, pair] of pairs.entries()) {
      await notified.set(pair);
      await notified.arrived(before + 1);
    }
    expect((await notified.arrived(4)).flatMap(usersOf)).toEqual(pairs.map(() => COLLEAGUE));
  });

  test('a change is on its way as soon as it is committed, without the clock having to move', async () => {
    await notified.subscribe();
    await notified.set('Busy/InACall');
    await notified.arrived(1);
    expect(notified.clock.nowMs()).toBe(START);
  });

  test('a keep-alive that changes nothing notifies nobody', async () => {
    await notified.set('Busy/InACall');
    await notified.subscribe({}, { resource: BOTH });
    await notified.set('Busy/InACall');
    notified.clock.advance(MINUTE_MS);
    await notified.set('Busy/InACall');
    expect(await toldUpToStranger()).toEqual([STRANGER]);
  });

  test('a session that doesn’t show through another notifies nobody', async () => {
    await notified.set('DoNotDisturb/Presenting');
    await notified.subscribe({}, { resource: BOTH });
    const path = `/v1.0/users/${COLLEAGUE}/presence/setPresence`;
    const body = session('Away/Away', 'PT1H', OTHER_APP);
    expect((await notified.as({ app: OTHER_APP }).post(path, body)).status).toBe(200);
    expect(await toldUpToStranger()).toEqual([STRANGER]);
  });

  test('a status message alone does not notify', async () => {
    await notified.subscribe({}, { resource: BOTH });
    await writeStatusMessage('Back at three');
    expect(await toldUpToStranger()).toEqual([STRANGER]);
  });

  test('a fade that nobody wrote notifies at its due time, and an expiration does', async () => {
    await notified.subscribe();
    const path = `/v1.0/users/${COLLEAGUE}/presence/setPresence`;
    await notified.as().post(path, session('Available/Available', 'PT12M'));
    await notified.arrived(1);
    // Available until five minutes, AvailableInactive until ten, Away until it ends.
    for (const [at, minutes] of [5, 5, 2].entries()) {
      await notified.ended(at + 1);
      notified.clock.advance(minutes * MINUTE_MS - 1);
      await notified.server.shifts.tick();
      await turn();
      expect(notified.sent).toHaveLength(at + 1);
      notified.clock.advance(1);
      const arrived = await notified.arrived(at + 2);
      expect(usersOf(arrived.at(-1))).toEqual([COLLEAGUE]);
    }
    expect(await notified.shown(COLLEAGUE)).toBe('Offline/Offline');
  });

  test('the same user id in another tenant is somebody else', async () => {
    await notified.subscribe({ tenant: TENANT }, { resource: BOTH });
    const notificationUrl = `${notified.receiver.origin}/other-tenant`;
    await notified.subscribe({ tenant: OTHER_TENANT }, { notificationUrl });
    await notified.set('Busy/InACall', COLLEAGUE, OTHER_TENANT);
    await notified.arrived(1, '/other-tenant');
    expect(await toldUpToStranger()).toEqual([STRANGER]);
    await notified.ended(2);
    expect(notified.at('/other-tenant')).toHaveLength(1);
  });

  test('an application is told of its own subscription, and not of another’s', async () => {
    const mine = await notified.subscribe({}, { resource: BOTH });
    const notificationUrl = `${notified.receiver.origin}/other-app`;
    const theirs = await notified.subscribe({ app: OTHER_APP }, { notificationUrl });
    await notified.set('Busy/InACall', STRANGER);
    await notified.arrived(1);
    await notified.set('Busy/InACall', COLLEAGUE);
    const toThem = await notified.arrived(1, '/other-app');
    const toMe = await notified.arrived(2);
    const idsOf = (notifications: typeof toMe) =>
      notifications.flatMap(({ value }) => value.map(({ subscriptionId }) => subscriptionId));
    expect(idsOf(toMe)).toEqual([mine.id, mine.id]);
    expect(toThem.flatMap(usersOf)).toEqual([COLLEAGUE]);
    expect(idsOf(toThem)).toEqual([theirs.id]);
  });

  test('nothing is told of what was before the subscription, nor after it was deleted', async () => {
    await notified.set('Busy/InACall');
    const { id } = await notified.subscribe({}, { resource: BOTH });
    expect(await toldUpToStranger()).toEqual([STRANGER]);
    const mira = notified.as({ user: USER });
    expect((await mira.delete(`/v1.0/subscriptions/${id}`)).status).toBe(204);
    await notified.subscribe({}, { notificationUrl: `${notified.receiver.origin}/second` });
    await notified.set('Away/Away');
    await notified.arrived(1, '/second');
    expect(notified.at(CHANGES)).toHaveLength(1);
  });
});

describe('profile extended', () => {
  beforeEach(() => start('extended'));

  test('a subscription that selects the status message is told of it alone', async () => {
    const resource = `communications/presences/${COLLEAGUE}?$select=statusMessage`;
    await notified.subscribe({}, { resource });
    await notified.set('Busy/InACall');
    await writeStatusMessage('Back at three');
    await notified.arrived(1);
    await notified.set('Away/Away');
    await writeStatusMessage('Back at four');
    const arrived = await notified.arrived(2);
    expect(arrived.flatMap(usersOf)).toEqual([COLLEAGUE, COLLEAGUE]);
  });

  test('an application’s subscription to the whole tenant is told of each user of it', async () => {
    const body = { resource: 'communications/presences' };
    const { status, text } = await notified.as().post('/v1.0/subscriptions', {
      changeType: 'updated',
      notificationUrl: `${notified.receiver.origin}${CHANGES}`,
      expirationDateTime: new Date(notified.clock.nowMs() + 45 * MINUTE_MS).toISOString(),
      ...body,
    });
    expect(status, text).toBe(201);
    await notified.set('Busy/InACall', COLLEAGUE, OTHER_TENANT);
    await notified.set('Busy/InACall', COLLEAGUE);
    await notified.arrived(1);
    await notified.set('Busy/InACall', STRANGER);
    const arrived = await notified.arrived(2);
    expect(arrived.flatMap(usersOf)).toEqual([COLLEAGUE, STRANGER]);
  });
});
