import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeEncryptionCertificate } from '../../src/auth/dev-certificates/encryption-certificate.ts';
import { LIFECYCLE, type Notified, startNotified } from './notified.ts';
import {
  APP,
  COLLEAGUE,
  expectError,
  HOUR_MS,
  OTHER_APP,
  OTHER_TENANT,
  START,
  STRANGER,
  USER,
} from './porchlight.ts';
import { expiring } from './subscribing.ts';

const MANAGE = { permissions: ['Porchlight.Manage.All'] };
const PATH = '/porchlight/subscriptions';

interface Listed {
  readonly id: string;
  readonly health: { readonly state: string };
}

let porchlight: Notified;

beforeEach(async () => {
  porchlight = await startNotified({ profile: 'extended' });
});

afterEach(() => porchlight.close());

async function listed(by: object = MANAGE): Promise<readonly Listed[]> {
  const { body } = await porchlight.as(by).get(PATH);
  return (body as { value: readonly Listed[] }).value;
}

describe('an administrator’s application', () => {
  test('sees every subscription of its tenant, and how delivery goes', async () => {
    const mine = await porchlight.subscribe();
    const theirs = await porchlight.subscribe({ app: OTHER_APP, user: COLLEAGUE });
    await porchlight.set('Busy/InACall');
    // Both lead to one endpoint, which is told of the change for both in one POST.
    await porchlight.ended(1);

    const { status, body } = await porchlight.as(MANAGE).get(PATH);
    expect(status).toBe(200);
    const expected = [
      { id: mine.id, applicationId: APP, userId: USER },
      { id: theirs.id, applicationId: OTHER_APP, userId: COLLEAGUE },
    ].map((each) => ({
      ...each,
      resource: `communications/presences/${COLLEAGUE}`,
      notificationUrl: `${porchlight.receiver.origin}/notifications`,
      lifecycleNotificationUrl: null,
      includeResourceData: false,
      createdDateTime: new Date(START).toISOString(),
      expirationDateTime: new Date(START + HOUR_MS).toISOString(),
      authorizedUntilDateTime: new Date(START + 24 * HOUR_MS).toISOString(),
      health: {
        state: 'ok',
        queued: 0,
        isBehind: false,
        lost: 0,
        lastSuccessDateTime: new Date(START).toISOString(),
        failingSinceDateTime: null,
        lastFailure: null,
        nextAttemptDateTime: null,
      },
    }));
    expect(body).toEqual({ value: expected.toSorted((a, b) => (a.id < b.id ? -1 : 1)) });
  });

  test('sees that an endpoint fails, since when, and what waits for it', async () => {
    porchlight.react(() => ({ status: 500 }));
    await porchlight.subscribe();
    await porchlight.set('Busy/InACall');
    await porchlight.ended(1);
    const [one] = await listed();
    expect(one?.health).toMatchObject({
      state: 'retrying',
      queued: 1,
      failingSinceDateTime: new Date(START).toISOString(),
      lastFailure: expect.stringContaining('500'),
      nextAttemptDateTime: expect.stringMatching(/Z$/),
    });
  });

  test('never sees client states, certificates, or what stands in the query of an address', async () => {
    const { certificate } = makeEncryptionCertificate(START);
    const { origin } = porchlight.receiver;
    await porchlight.subscribe(
      {},
      {
        clientState: 'only-we-know',
        notificationUrl: `${origin}/notifications?code=top-secret`,
        lifecycleNotificationUrl: `${origin}/lifecycle?code=top-secret`,
        includeResourceData: true,
        encryptionCertificate: certificate,
        encryptionCertificateId: 'certificate-1',
      },
    );
    const { text } = await porchlight.as(MANAGE).get(PATH);
    expect(text).toContain(`"notificationUrl":"${origin}/notifications"`);
    expect(text).toContain(`"lifecycleNotificationUrl":"${origin}/lifecycle"`);
    for (const secret of ['only-we-know', 'top-secret', certificate, 'certificate-1']) {
      expect(text).not.toContain(secret);
    }
  });

  test('sees a long list in pages of at most 100, each with a link to the next', async () => {
    const { origin } = porchlight.receiver;
    for (let number = 0; number < 101; number++) {
      await porchlight.subscribe({}, { notificationUrl: `${origin}/notifications?${number}` });
    }
    const first = (await porchlight.as(MANAGE).get(PATH)).body as Record<string, unknown>;
    const link = String(first['@odata.nextLink']);
    expect(link.startsWith(`${porchlight.origin}${PATH}?$skiptoken=`)).toBe(true);
    const { body } = await porchlight.as(MANAGE).get(link.slice(porchlight.origin.length));
    const rest = body as Record<string, unknown>;
    expect(rest).not.toHaveProperty(['@odata.nextLink']);
    const ids = [first, rest].flatMap(({ value }) => (value as Listed[]).map(({ id }) => id));
    expect(new Set(ids).size).toBe(101);
    expect(ids).toEqual(ids.toSorted());
  });

  test('doesn’t see what has expired', async () => {
    await porchlight.subscribe();
    porchlight.clock.advance(HOUR_MS);
    expect(await listed()).toEqual([]);
  });

  test('removes anybody’s subscription: 204, its lifecycle address is told, and it is gone', async () => {
    const { id } = await porchlight.subscribe(
      { app: OTHER_APP, user: COLLEAGUE },
      { lifecycleNotificationUrl: `${porchlight.receiver.origin}${LIFECYCLE}` },
    );
    const answer = await porchlight.as(MANAGE).delete(`${PATH}/${id.toUpperCase()}`);
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
    const [notice] = await porchlight.arrived(1, LIFECYCLE);
    expect(notice?.value).toMatchObject([
      { subscriptionId: id, lifecycleEvent: 'subscriptionRemoved' },
    ]);
    expect(await listed()).toEqual([]);
    const again = await porchlight.as(MANAGE).delete(`${PATH}/${id}`);
    expectError(again, 404, 'NotFound');
  });

  test('neither sees nor removes another tenant’s: 404, as for what nobody has', async () => {
    const { id } = await porchlight.subscribe();
    const elsewhere = { ...MANAGE, tenant: OTHER_TENANT };
    expect(await listed(elsewhere)).toEqual([]);
    for (const each of [id, STRANGER, 'anything']) {
      const answer = await porchlight.as(elsewhere).delete(`${PATH}/${each}`);
      expectError(answer, 404, 'NotFound');
    }
    expect(await listed()).toHaveLength(1);
  });
});

describe('looking after subscriptions is open to nobody else', () => {
  const everything = [
    'Presence.Read',
    'Presence.Read.All',
    'Presence.ReadWrite',
    'Presence.ReadWrite.All',
  ];

  test.each([
    ['an application without it', { permissions: everything }],
    ['an application without any', { permissions: [] }],
    ['a signed-in user', { user: USER, permissions: everything }],
    ['a signed-in user with its name for a scope', { user: USER, ...MANAGE }],
  ])('%s is 403, the permission is named, and nothing happens', async (_, by) => {
    const { id } = await porchlight.subscribe();
    const caller = porchlight.as(by);
    for (const answer of [await caller.get(PATH), await caller.delete(`${PATH}/${id}`)]) {
      expect(expectError(answer, 403, 'Forbidden')).toContain('Porchlight.Manage.All');
    }
    expect(await listed()).toHaveLength(1);
  });

  test('without a token it is 401', async () => {
    const { id } = await porchlight.subscribe();
    expectError(await porchlight.send('GET', PATH), 401, 'InvalidAuthenticationToken');
    const answer = await porchlight.send('DELETE', `${PATH}/${id}`);
    expectError(answer, 401, 'InvalidAuthenticationToken');
    expect(await listed()).toHaveLength(1);
  });

  test('the permission opens nothing of Graph’s', async () => {
    const { id } = await porchlight.subscribe();
    const manager = porchlight.as(MANAGE);
    expectError(await manager.get(`/v1.0/users/${USER}/presence`), 403, 'Forbidden');
    expectError(await manager.get('/v1.0/subscriptions'), 403, 'Forbidden');
    expectError(await manager.patch(`/v1.0/subscriptions/${id}`, expiring(60)), 403, 'Forbidden');
  });
});
