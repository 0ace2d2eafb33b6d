import { X509Certificate } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeEncryptionCertificate } from '../../src/auth/dev-certificates/encryption-certificate.ts';
import { CHANGES, type Item, type Notification, type Notified, startNotified } from './notified.ts';
import { APP, COLLEAGUE, OTHER_APP, START, STRANGER, TENANT, USER } from './porchlight.ts';
import { opened, signingOptions } from './rich.ts';

const first = makeEncryptionCertificate(START);
const second = makeEncryptionCertificate(START, { bits: 3072 });

let notified: Notified;
beforeEach(async () => {
  notified = await startNotified(await signingOptions(() => notified.origin));
});
afterEach(() => notified.close());

const BOTH = `communications/presences?$filter=id in ('${COLLEAGUE}','${STRANGER}')`;
const withData = (changes: object = {}) => ({
  includeResourceData: true,
  encryptionCertificate: first.certificate,
  encryptionCertificateId: 'the first',
  ...changes,
});
const itemsOf = (notifications: readonly (Notification | undefined)[]): readonly Item[] =>
  notifications.flatMap((each) => each?.value ?? []);
const textsOf = (items: readonly Item[], { privateKeyPem } = first) =>
  items.map((item) => opened(item, privateKeyPem).text);

/** Holds the first reply while more changes come, so that these go together. */
async function threeTogether(): Promise<readonly Notification[]> {
  let answerFirst = () => {};
  notified.react(() => {
    if (notified.at(CHANGES).length > 1) return { status: 202 };
    return new Promise((resolve) => {
      answerFirst = () => resolve({ status: 202 });
    });
  });
  await notified.set('Available/Available');
  await notified.arrived(1);
  await notified.set('Busy/InACall');
  await notified.set('Away/Away', STRANGER);
  await notified.set('DoNotDisturb/Presenting');
  answerFirst();
  return notified.arrived(2);
}

test('an item with resource data has everything of one without, and encryptedContent', async () => {
  const { id } = await notified.subscribe({}, withData({ clientState: 'secret' }));
  await notified.set('Busy/InACall');
  const [notification] = await notified.arrived(1);
  const base64 = expect.stringMatching(/^[A-Za-z0-9+/]+={0,2}$/);
  expect(notification).toEqual({
    value: [
      {
        id: expect.any(String),
        subscriptionId: id,
        subscriptionExpirationDateTime: '2026-11-21T10:00:00.000Z',
        clientState: 'secret',
        tenantId: TENANT,
        changeType: 'updated',
        resource: `communications/presences('${COLLEAGUE}')`,
        resourceData: {
          '@odata.type': '#Microsoft.Graph.presence',
          '@odata.id': `users/${COLLEAGUE}/presence`,
          id: COLLEAGUE,
        },
        encryptedContent: {
          data: base64,
          dataKey: base64,
          dataSignature: base64,
          encryptionCertificateId: 'the first',
          encryptionCertificateThumbprint: first.thumbprint,
        },
      },
    ],
    validationTokens: [expect.any(String)],
  });
});

test('inside is the presence: id, availability and activity after @odata.id and @odata.type', async () => {
  await notified.subscribe({}, withData());
  await notified.set('Busy/InACall');
  expect(textsOf(itemsOf(await notified.arrived(1)))).toEqual([
    `{"@odata.id":"users/${COLLEAGUE}/presence","@odata.type":"#Microsoft.Graph.presence",` +
      `"id":"${COLLEAGUE}","availability":"Busy","activity":"InACall"}`,
  ]);
});

test('the thumbprint is the SHA-1 of the certificate in upper-case hex', async () => {
  await notified.subscribe({}, withData());
  await notified.set('Busy/InACall');
  const [item] = itemsOf(await notified.arrived(1));
  const { fingerprint } = new X509Certificate(Buffer.from(first.certificate, 'base64'));
  const thumbprint = item?.encryptedContent?.encryptionCertificateThumbprint;
  expect(thumbprint).toMatch(/^[0-9A-F]{40}$/);
  expect(thumbprint).toBe(fingerprint.replaceAll(':', ''));
});

test('each item has a fresh key of 32 bytes, and tells the state that its change left', async () => {
  await notified.subscribe({}, withData({ resource: BOTH }));
  const items = itemsOf((await threeTogether()).slice(1));
  const inside = items.map((item) => opened(item, first.privateKeyPem));
  expect(inside.map(({ key }) => key.length)).toEqual([32, 32, 32]);
  expect(new Set(inside.map(({ key }) => key.toString('hex'))).size).toBe(3);
  expect(inside.map(({ text }) => JSON.parse(text) as unknown)).toMatchObject([
    { id: COLLEAGUE, availability: 'Busy', activity: 'InACall' },
    { id: STRANGER, availability: 'Away', activity: 'Away' },
    { id: COLLEAGUE, availability: 'DoNotDisturb', activity: 'Presenting' },
  ]);
});

test('a repetition is encrypted anew', async () => {
  await notified.subscribe({}, withData());
  notified.react(() => ({ status: 500 }));
  await notified.set('Busy/InACall');
  await notified.ended(1);
  notified.react(() => ({ status: 202 }));
  notified.clock.advance(1000);
  const [before, after] = itemsOf(await notified.arrived(2)).map((item) =>
    opened(item, first.privateKeyPem),
  );
  expect(after?.text).toBe(before?.text);
  expect(after?.key).not.toEqual(before?.key);
});

test('a certificate changed by PATCH is the one of the next item, and of what waits', async () => {
  const { id } = await notified.subscribe({}, withData());
  notified.react(() => ({ status: 500 }));
  await notified.set('Busy/InACall');
  await notified.ended(1);
  const patched = await notified.as({ user: USER }).patch(`/v1.0/subscriptions/${id}`, {
    expirationDateTime: '2026-11-21T10:00:00Z',
    encryptionCertificate: second.certificate,
    encryptionCertificateId: 'the second',
  });
  expect(patched.status, patched.text).toBe(200);
  notified.react(() => ({ status: 202 }));
  notified.clock.advance(1000);
  await notified.ended(2);
  await notified.set('Away/Away');
  const [before, ...after] = itemsOf(await notified.arrived(3));
  expect(before?.encryptedContent?.encryptionCertificateId).toBe('the first');
  for (const { encryptedContent } of after) {
    expect(encryptedContent).toMatchObject({
      encryptionCertificateId: 'the second',
      encryptionCertificateThumbprint: second.thumbprint,
    });
  }
  const texts = textsOf(after, second);
  expect(texts.map((text) => (JSON.parse(text) as { activity: string }).activity)).toEqual([
    'InACall',
    'Away',
  ]);
});

test('validation tokens come once for each application and tenant, signed by the publisher', async () => {
  const mine = { clientState: 'mine', resource: BOTH };
  await notified.subscribe({ user: USER }, withData(mine));
  await notified.subscribe({ user: COLLEAGUE }, withData(mine));
  await notified.subscribe({ user: USER, app: OTHER_APP }, withData(mine));
  await notified.set('Busy/InACall');
  const [notification] = await notified.arrived(1);
  expect(notification?.value).toHaveLength(3);
  const tokens = notification?.validationTokens ?? [];
  expect(tokens.map((token) => decodeJwt(token).aud)).toEqual([APP, OTHER_APP]);

  const iss = `${notified.origin}/${TENANT}/v2.0`;
  const document = await (await fetch(`${iss}/.well-known/openid-configuration`)).json();
  expect(document).toMatchObject({ issuer: iss });
  const keys = createRemoteJWKSet(new URL((document as { jwks_uri: string }).jwks_uri));
  const currentDate = new Date(notified.clock.nowMs());
  for (const [at, audience] of [APP, OTHER_APP].entries()) {
    const options = { issuer: iss, audience, currentDate, algorithms: ['RS256'] };
    const { payload } = await jwtVerify(tokens[at] ?? '', keys, options);
    expect(payload).toMatchObject({
      tid: TENANT,
      appid: '0bf30f3b-4a52-48df-9a82-234910c4a086',
      azp: '0bf30f3b-4a52-48df-9a82-234910c4a086',
      appidacr: '2',
      iat: expect.any(Number),
      nbf: expect.any(Number),
      exp: expect.any(Number),
    });
  }
});

test('without resource data there are no validation tokens', async () => {
  await notified.subscribe();
  await notified.set('Busy/InACall');
  expect(Object.keys((await notified.arrived(1))[0] ?? {})).toEqual(['value']);
});
