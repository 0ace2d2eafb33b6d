import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeEncryptionCertificate } from '../../src/auth/dev-certificates/encryption-certificate.ts';
import { type DevServer, npmStart } from '../program.ts';
import type { Notification } from '../wire/notified.ts';
import type { SubscriptionJson } from '../wire/subscribing.ts';
import { runClient } from './clients.ts';

/**
 * `@microsoft/microsoft-graph-client`, unchanged, against the program as `npm start` starts it: a signed-in
 * user subscribes, and a receiver with TLS gets what comes. The certificate of the receiver is of the dev
 * server’s own authority, which it trusts.
 */

const TENANT = '2f75e7fc-bf0b-44ac-82ef-9a2769953954';
const APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';
const ADA = 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3';
const EMIL = '0bce3bb6-c269-482d-8a0f-f3286d1af99f';
const PUBLISHER = '0bf30f3b-4a52-48df-9a82-234910c4a086';

/** What clients/subscriber.mjs prints. */
interface Seen {
  readonly created: SubscriptionJson;
  readonly handshakes: readonly { readonly path: string; readonly query: string }[];
  readonly plain: Notification;
  readonly renewed: SubscriptionJson;
  readonly afterRenewal: Notification;
  readonly read: SubscriptionJson;
  readonly list: readonly SubscriptionJson[];
  readonly deleted: readonly SubscriptionJson[];
  readonly createdWithData: SubscriptionJson;
  readonly rich: Notification;
  readonly inside: unknown;
  readonly createdInHaste: SubscriptionJson;
  readonly lifecycle: Notification;
  readonly afterReauthorization: Notification;
}

const keys = makeEncryptionCertificate(Date.now());
let server: DevServer;
let seen: Seen;

beforeAll(async () => {
  server = await npmStart();
  const certificates = join(server.dataDir, 'dev');
  const task = {
    origin: server.https,
    tenant: TENANT,
    app: APP,
    user: ADA,
    userName: 'ada@contoso.example',
    colleague: EMIL,
    keyPath: join(certificates, 'server-key.pem'),
    certPath: join(certificates, 'server.pem'),
    certificate: keys.certificate,
    privateKey: keys.privateKeyPem,
  };
  seen = (await runClient('subscriber', task, server.caPath)) as Seen;
});
afterAll(() => server.stop());

describe('@microsoft/microsoft-graph-client', () => {
  test('creates a subscription for the signed-in user', () => {
    expect(seen.created).toMatchObject({
      '@odata.context': `${server.https}/v1.0/$metadata#subscriptions/$entity`,
      applicationId: APP,
      creatorId: ADA,
      changeType: 'updated',
      clientState: 'a secret',
    });
  });

  test('has both addresses of its receiver validated, each by itself', () => {
    expect(seen.handshakes.map(({ path }) => path).toSorted()).toEqual(['/changes', '/lifecycle']);
    expect(seen.handshakes.find(({ path }) => path === '/changes')?.query).toMatch(
      /^key=of%20mine&validationToken=Validation%3A\+Testing\+client\+application\+reachability\+for\+subscription\+Request-Id%3A\+[\da-f-]{36}$/,
    );
  });

  test('is notified of a change, without the presence itself', () => {
    const { id, expirationDateTime } = seen.created;
    expect(seen.plain).toEqual({
      query: 'key=of%20mine',
      value: [
        {
          id: expect.any(String),
          subscriptionId: id,
          subscriptionExpirationDateTime: new Date(expirationDateTime).toISOString(),
          clientState: 'a secret',
          tenantId: TENANT,
          changeType: 'updated',
          resource: `communications/presences('${EMIL}')`,
          resourceData: {
            '@odata.type': '#Microsoft.Graph.presence',
            '@odata.id': `users/${EMIL}/presence`,
            id: EMIL,
          },
        },
      ],
    });
  });

  test('renews the subscription, and notifications tell the new expiration', () => {
    const { id, expirationDateTime } = seen.renewed;
    expect(id).toBe(seen.created.id);
    expect(Date.parse(expirationDateTime)).toBeGreaterThan(
      Date.parse(seen.created.expirationDateTime),
    );
    expect(seen.afterRenewal.value).toMatchObject([
      {
        subscriptionId: id,
        subscriptionExpirationDateTime: new Date(expirationDateTime).toISOString(),
        resourceData: { id: ADA },
      },
    ]);
  });

  test('reads, lists and deletes it', () => {
    expect(seen.read).toMatchObject({ id: seen.created.id, clientState: null });
    expect(seen.list).toMatchObject([{ id: seen.created.id }]);
    expect(seen.deleted).toEqual([]);
  });

  test('gets the presence along, encrypted for its certificate', () => {
    expect(seen.rich.value).toMatchObject([
      {
        subscriptionId: seen.createdWithData.id,
        encryptedContent: {
          encryptionCertificateId: 'mine',
          encryptionCertificateThumbprint: keys.thumbprint,
        },
      },
    ]);
    expect(seen.inside).toEqual({
      '@odata.id': `users/${EMIL}/presence`,
      '@odata.type': '#Microsoft.Graph.presence',
      id: EMIL,
      availability: 'DoNotDisturb',
      activity: 'Presenting',
    });
  });

  test('gets a validation token that the keys of the server’s discovery over HTTPS prove', async () => {
    const task = {
      discovery: `${server.https}/${TENANT}/v2.0`,
      issuer: `${server.http}/${TENANT}/v2.0`,
      audience: APP,
      tokens: seen.rich.validationTokens,
      nowMs: Date.now(),
    };
    const checked = await runClient('verify-tokens', task, server.caPath);
    expect(checked).toMatchObject({
      claims: [{ aud: APP, tid: TENANT, appid: PUBLISHER, azp: PUBLISHER }],
    });
  });

  test('is told to reauthorize before its token ends, does so, and delivery goes on', () => {
    const { id } = seen.createdInHaste;
    expect(seen.lifecycle.value).toEqual([
      {
        subscriptionId: id,
        subscriptionExpirationDateTime: expect.any(String),
        clientState: 'a secret',
        tenantId: TENANT,
        lifecycleEvent: 'reauthorizationRequired',
      },
    ]);
    expect(seen.afterReauthorization.value).toMatchObject([
      { subscriptionId: id, resourceData: { id: EMIL } },
    ]);
  });
});
