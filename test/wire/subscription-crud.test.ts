import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeEncryptionCertificate } from '../../src/auth/dev-certificates/encryption-certificate.ts';
import { createDirectory } from '../../src/directory/fixed.ts';
import type { Profile } from '../../src/graph/settable.ts';
import { openReceiver, type Receiver } from '../subscriptions/receiver.ts';
import {
  APP,
  COLLEAGUE,
  expectError,
  MINUTE_MS,
  OTHER_APP,
  OTHER_TENANT,
  type Porchlight,
  START,
  STRANGER,
  startPorchlight,
  TENANT,
  USER,
} from './porchlight.ts';
import { expiring, localParts, type SubscriptionJson, subscribing } from './subscribing.ts';

let receiver: Receiver;
let porchlight: Porchlight;
const start = async (profile: Profile) => {
  porchlight = await startPorchlight({ profile, parts: localParts() });
};
beforeEach(async () => {
  receiver = await openReceiver();
});
afterEach(async () => {
  await porchlight.close();
  await receiver.close();
});

const mira = () => porchlight.as({ user: USER });
const subscribe = (changes: object = {}) =>
  mira().post('/v1.0/subscriptions', subscribing(receiver, changes));
const created = async (changes: object = {}): Promise<SubscriptionJson> => {
  const answer = await subscribe(changes);
  expect(answer.status, answer.text).toBe(201);
  return answer.body as SubscriptionJson;
};

describe('profile graph', () => {
  beforeEach(() => start('graph'));

  test('POST /subscriptions answers 201 with the subscription, its members in the real service’s order', async () => {
    const resource = `/communications/presences?$filter=id in ('${USER}','${COLLEAGUE}')`;
    const answer = await subscribe({ resource, clientState: 'secret' });
    expect(answer.status).toBe(201);
    const { id } = answer.body as SubscriptionJson;
    expect(answer.text).toBe(
      `{"@odata.context":"${porchlight.origin}/v1.0/$metadata#subscriptions/$entity","id":"${id}",` +
        `"resource":"${resource}","applicationId":"${APP}","changeType":"updated","clientState":"secret",` +
        `"notificationUrl":"${receiver.origin}/notifications","notificationQueryOptions":null,` +
        `"lifecycleNotificationUrl":null,"expirationDateTime":"2026-11-21T10:00:00.0000000Z",` +
        `"creatorId":"${USER}","includeResourceData":null,"latestSupportedTlsVersion":"v1_2",` +
        `"encryptionCertificate":null,"encryptionCertificateId":null,"notificationUrlAppId":null}`,
    );
    expect(answer.headers.get('location')).toBe(`${porchlight.origin}/v1.0/subscriptions/${id}`);
    expect(answer.headers.get('content-type')).toMatch(
      /^application\/json;odata\.metadata=minimal/,
    );
  });

  test('the address is validated before anything is kept, and a lifecycle address by a request of its own', async () => {
    await created({ lifecycleNotificationUrl: `${receiver.origin}/notifications` });
    expect(receiver.received).toHaveLength(2);
    for (const { method, path, query, headers, body } of receiver.received) {
      expect({ method, path, body }).toEqual({ method: 'POST', path: '/notifications', body: '' });
      expect(headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        accept: 'text/plain',
      });
      expect(query).toMatch(
        /^validationToken=Validation%3A\+Testing\+client\+application\+reachability\+for\+subscription\+Request-Id%3A\+[\da-f-]{36}$/,
      );
    }
  });

  test('an address that fails its validation is 400 ValidationError, and nothing is kept', async () => {
    receiver.behave(() => ({ status: 404 }));
    expect(expectError(await subscribe(), 400, 'ValidationError')).toBe(
      "Subscription validation request failed. HTTP status code is 'NotFound'. Notification endpoint must respond with 200 OK to validation request.",
    );
    receiver.behave(() => ({ body: 'hello' }));
    expect(expectError(await subscribe(), 400, 'ValidationError')).toBe(
      'Subscription validation request failed. Response must exactly match validationToken query parameter.',
    );
    expect((await mira().get('/v1.0/subscriptions')).body).toMatchObject({ value: [] });
  });

  test.each(['changeType', 'notificationUrl', 'resource', 'expirationDateTime'])(
    '%s is required',
    async (field) => {
      const name = field.charAt(0).toUpperCase() + field.slice(1);
      for (const value of [undefined, null]) {
        const answer = await subscribe({ [field]: value });
        expect(expectError(answer, 400, 'InvalidArgument')).toContain(`[${name}]`);
      }
      expect(receiver.received).toEqual([]);
    },
  );

  test('a change type other than updated is refused', async () => {
    const answer = await subscribe({ changeType: 'created,updated' });
    expect(expectError(answer, 400, 'InvalidArgument')).toContain('Allowed: updated.');
  });

  test('less than 45 minutes are raised to 45, more than 60 refused', async () => {
    const { expirationDateTime } = await created(expiring(10));
    expect(expirationDateTime).toBe('2026-11-21T09:45:00.0000000Z');
    const answer = await porchlight
      .as({ user: COLLEAGUE })
      .post('/v1.0/subscriptions', subscribing(receiver, expiring(61)));
    expect(expectError(answer, 400, 'InvalidArgument')).toContain(
      'Subscription expiration can only be 60 minutes in the future.',
    );
  });

  test('/me/presence as the resource is refused in the real service’s words', async () => {
    expect(expectError(await subscribe({ resource: '/me/presence' }), 400, 'ExtensionError')).toBe(
      'Operation: Create; Exception: [Status Code: BadRequest; Reason: Unsupported workload.]',
    );
  });

  test('651 ids, the whole tenant and $select are refused', async () => {
    const ids = Array.from({ length: 651 }, () => `'${USER}'`).join(',');
    for (const resource of [
      `communications/presences?$filter=id in (${ids})`,
      'communications/presences',
      `communications/presences/${USER}?$select=statusMessage`,
    ]) {
      const answer = await subscribe({ resource });
      expect(expectError(answer, 400, 'InvalidArgument')).toMatch(/^\[Resource\]: /);
    }
  });

  test('a second subscription of the same user and application is 409 in the real service’s words', async () => {
    await created();
    const answer = await subscribe({ resource: `communications/presences/${USER}` });
    expect(expectError(answer, 409, 'ExtensionError')).toBe(
      'Operation: Create; Exception:[Status Code: Conflict; Reason: A subscripton already exists. It must be deleted before a another can be made.]',
    );
    expect(receiver.received).toHaveLength(1);
    for (const other of [{ user: COLLEAGUE }, { user: USER, app: OTHER_APP }]) {
      const { status } = await porchlight
        .as(other)
        .post('/v1.0/subscriptions', subscribing(receiver));
      expect(status).toBe(201);
    }
  });

  test('an application without a user can’t subscribe', async () => {
    const answer = await porchlight.as().post('/v1.0/subscriptions', subscribing(receiver));
    expect(expectError(answer, 403, 'Forbidden')).toContain(
      "isn't open to application permissions",
    );
  });

  test('@porchlight.delivery is refused, and says that it needs profile extended', async () => {
    const answer = await subscribe({ '@porchlight.delivery': 'each' });
    expect(expectError(answer, 400, 'InvalidArgument')).toBe(
      '[@porchlight.delivery]: needs profile extended.',
    );
  });

  test('read-only fields and OData annotations in a POST are ignored', async () => {
    const { id, applicationId, creatorId } = await created({
      '@odata.type': '#microsoft.graph.subscription',
      id: STRANGER,
      applicationId: OTHER_APP,
      creatorId: COLLEAGUE,
    });
    expect(id).not.toBe(STRANGER);
    expect({ applicationId, creatorId }).toEqual({ applicationId: APP, creatorId: USER });
  });

  test('a field that a subscription hasn’t is refused', async () => {
    const answer = await subscribe({ expiration: 'PT1H' });
    expect(expectError(answer, 400, 'InvalidArgument')).toBe(
      '[expiration]: This field is not known here.',
    );
  });

  test('a certificate is taken with its id, given back, and one that can’t be used refused', async () => {
    const { certificate } = makeEncryptionCertificate(START);
    const bad = { includeResourceData: true, encryptionCertificateId: 'mine' };
    const answer = await subscribe({ ...bad, encryptionCertificate: 'AAAA' });
    expect(expectError(answer, 400, 'InvalidArgument')).toMatch(/^\[EncryptionCertificate\]: /);
    const good = { ...bad, encryptionCertificate: certificate };
    const { id } = await created(good);
    expect((await mira().get(`/v1.0/subscriptions/${id}`)).body).toMatchObject(good);
  });

  test('GET /subscriptions/{id} gives the subscription without its client state', async () => {
    const made = await created({ clientState: 'secret' });
    const answer = await mira().get(`/v1.0/subscriptions/${made.id}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ ...made, clientState: null });
    const inParentheses = await mira().get(`/v1.0/subscriptions('${made.id}')`);
    expect(inParentheses.text).toBe(answer.text);
  });

  test('GET /subscriptions lists those of this user and application', async () => {
    const made = await created({ clientState: 'secret' });
    const { '@odata.context': _, ...item } = made;
    expect((await mira().get('/v1.0/subscriptions')).body).toEqual({
      '@odata.context': `${porchlight.origin}/v1.0/$metadata#subscriptions`,
      value: [{ ...item, clientState: null }],
    });
    for (const other of [{ user: COLLEAGUE }, { user: USER, app: OTHER_APP }]) {
      const { body } = await porchlight.as(other).get('/v1.0/subscriptions');
      expect(body).toMatchObject({ value: [] });
    }
  });

  test('GET /subscriptions takes no OData query options', async () => {
    for (const option of ['$select=id', '$filter=id', '$top=1', '%24count=true']) {
      const answer = await mira().get(`/v1.0/subscriptions?${option}`);
      expectError(answer, 400, 'BadRequest');
    }
    const answer = await mira().get('/v1.0/subscriptions?$skiptoken=x');
    expect(expectError(answer, 400, 'BadRequest')).toContain('$skiptoken');
  });

  test('PATCH renews the subscription: 200 with it', async () => {
    const made = await created({ clientState: 'secret' });
    porchlight.clock.advance(30 * MINUTE_MS);
    const answer = await mira().patch(`/v1.0/subscriptions/${made.id}`, expiring(90));
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toEqual({
      ...made,
      clientState: null,
      expirationDateTime: '2026-11-21T10:30:00.0000000Z',
    });
    porchlight.clock.advance(59 * MINUTE_MS);
    expect((await mira().get(`/v1.0/subscriptions/${made.id}`)).status).toBe(200);
  });

  test('PATCH of the address validates it anew, and changes nothing when that fails', async () => {
    const { id } = await created();
    receiver.behave(({ path }) => ({ status: path === '/good' ? 200 : 500 }));
    const bad = { notificationUrl: `${receiver.origin}/bad`, ...expiring(50) };
    expectError(await mira().patch(`/v1.0/subscriptions/${id}`, bad), 400, 'ValidationError');
    expect((await mira().get(`/v1.0/subscriptions/${id}`)).body).toMatchObject({
      notificationUrl: `${receiver.origin}/notifications`,
      expirationDateTime: '2026-11-21T10:00:00.0000000Z',
    });
    const notificationUrl = `${receiver.origin}/good`;
    const answer = await mira().patch(`/v1.0/subscriptions/${id}`, { notificationUrl });
    expect(answer.body).toMatchObject({ notificationUrl });
    expect(receiver.received).toHaveLength(3);
  });

  test('PATCH without expiration and address is 400 in the real service’s words', async () => {
    const { id } = await created();
    for (const body of [{}, { encryptionCertificateId: 'x' }]) {
      const answer = await mira().patch(`/v1.0/subscriptions/${id}`, body);
      expect(expectError(answer, 400, 'InvalidArgument')).toBe(
        "Subscription must contain either the 'expirationDateTime' or 'notificationUrl' property and its value.",
      );
    }
  });

  test.each([
    ['resource', `communications/presences/${USER}`],
    ['lifecycleNotificationUrl', 'https://receiver.example/'],
    ['changeType', 'updated'],
  ])('PATCH of %s is 400 and names the field', async (field, value) => {
    const { id } = await created();
    const body = { ...expiring(60), [field]: value };
    const answer = await mira().patch(`/v1.0/subscriptions/${id}`, body);
    const name = field.charAt(0).toUpperCase() + field.slice(1);
    expect(expectError(answer, 400, 'InvalidArgument')).toContain(`[${name}]: can't be changed`);
  });

  test('PATCH rotates the certificate', async () => {
    const first = makeEncryptionCertificate(START).certificate;
    const second = makeEncryptionCertificate(START).certificate;
    const { id } = await created({
      includeResourceData: true,
      encryptionCertificate: first,
      encryptionCertificateId: 'first',
    });
    const rotated = { encryptionCertificate: second, encryptionCertificateId: 'second' };
    const body = { ...expiring(60), ...rotated };
    const answer = await mira().patch(`/v1.0/subscriptions/${id}`, body);
    expect(answer.body).toMatchObject(rotated);
  });

  test('an expired subscription is 404 and no longer in the list, and another may be made', async () => {
    const { id } = await created();
    porchlight.clock.advance(60 * MINUTE_MS);
    expectError(await mira().get(`/v1.0/subscriptions/${id}`), 404, 'NotFound');
    const patch = await mira().patch(`/v1.0/subscriptions/${id}`, expiring(120));
    expectError(patch, 404, 'NotFound');
    expectError(await mira().delete(`/v1.0/subscriptions/${id}`), 404, 'NotFound');
    expect((await mira().get('/v1.0/subscriptions')).body).toMatchObject({ value: [] });
    await created(expiring(120));
  });

  test('DELETE ends the subscription: 204 without a body, then 404, and another may be made', async () => {
    const { id } = await created();
    const answer = await mira().delete(`/v1.0/subscriptions/${id}`);
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
    expect(answer.headers.get('content-type')).toBe(null);
    expectError(await mira().delete(`/v1.0/subscriptions/${id}`), 404, 'NotFound');
    await created();
  });

  test('reauthorize is 204 without a body, but 409 within ten minutes of a PATCH', async () => {
    const { id } = await created();
    const path = `/v1.0/subscriptions/${id}/reauthorize`;
    const answer = await mira().post(path);
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
    porchlight.clock.advance(MINUTE_MS);
    await mira().patch(`/v1.0/subscriptions/${id}`, expiring(60));
    expectError(await mira().post(path), 409, 'Conflict');
    porchlight.clock.advance(10 * MINUTE_MS);
    expect((await mira().post(path, {})).status).toBe(204);
  });

  test('nobody sees or touches someone else’s subscription: 404', async () => {
    const { id } = await created();
    const path = `/v1.0/subscriptions/${id}`;
    for (const other of [
      { user: COLLEAGUE },
      { user: USER, app: OTHER_APP },
      { user: USER, tenant: OTHER_TENANT },
    ]) {
      const client = porchlight.as(other);
      expectError(await client.get(path), 404, 'NotFound');
      expectError(await client.patch(path, expiring(60)), 404, 'NotFound');
      expectError(await client.post(`${path}/reauthorize`), 404, 'NotFound');
      expectError(await client.delete(path), 404, 'NotFound');
    }
    expect((await mira().get(path)).status).toBe(200);
  });

  test('subscriptions work in a batch', async () => {
    const { body } = await mira().post('/v1.0/$batch', {
      requests: [
        {
          id: '1',
          method: 'POST',
          url: '/subscriptions',
          headers: { 'Content-Type': 'application/json' },
          body: subscribing(receiver),
        },
        { id: '2', method: 'GET', url: '/subscriptions', dependsOn: ['1'] },
      ],
    });
    const { responses } = body as { responses: { status: number; body: object }[] };
    expect(responses.map(({ status }) => status)).toEqual([201, 200]);
    expect(responses[1]?.body).toMatchObject({ value: [{ applicationId: APP }] });
  });
});

describe('profile extended', () => {
  beforeEach(() => start('extended'));

  test('a user has several subscriptions, but the same one again is 409 and names the first', async () => {
    const { id } = await created();
    await created({ resource: `communications/presences/${USER}` });
    expect(expectError(await subscribe(), 409, 'Conflict')).toBe(
      `Subscription Id ${id} already exists for the requested combination`,
    );
  });

  test('an application subscribes by itself, and sees its own subscriptions alone', async () => {
    const application = porchlight.as({ permissions: ['Presence.Read.All'] });
    const answer = await application.post('/v1.0/subscriptions', subscribing(receiver));
    expect(answer.status, answer.text).toBe(201);
    const { id } = answer.body as SubscriptionJson;
    expect(answer.body).toMatchObject({ applicationId: APP, creatorId: APP });
    await created();
    expect((await application.get('/v1.0/subscriptions')).body).toMatchObject({ value: [{ id }] });
    expectError(await mira().get(`/v1.0/subscriptions/${id}`), 404, 'NotFound');
  });

  test('seven days are taken with an address for lifecycle notifications, and need it', async () => {
    const sevenDays = expiring(7 * 24 * 60);
    expect(expectError(await subscribe(sevenDays), 400, 'InvalidArgument')).toContain(
      '[LifecycleNotificationUrl]',
    );
    const lifecycle = { lifecycleNotificationUrl: `${receiver.origin}/lifecycle` };
    const { expirationDateTime } = await created({ ...sevenDays, ...lifecycle });
    expect(expirationDateTime).toBe('2026-11-28T09:00:00.0000000Z');
  });

  test('the whole tenant and $select are taken', async () => {
    const resource = 'communications/presences?$select=availability,statusMessage';
    expect(await created({ resource })).toMatchObject({ resource });
  });

  test('@porchlight.delivery is taken and given back, latest by default', async () => {
    expect(await created()).toMatchObject({ '@porchlight.delivery': 'latest' });
    const each = await created({
      resource: `communications/presences/${USER}`,
      '@porchlight.delivery': 'each',
    });
    expect(each).toMatchObject({ '@porchlight.delivery': 'each' });
    expect((await mira().get(`/v1.0/subscriptions/${each.id}`)).body).toMatchObject({
      '@porchlight.delivery': 'each',
    });
  });

  test('a long list comes in pages of at most 100, each with a link to the next', async () => {
    const ids = new Set<string>();
    for (let number = 0; number < 205; number++) {
      const notificationUrl = `${receiver.origin}/${number}`;
      ids.add((await created({ notificationUrl })).id);
    }
    const seen: string[] = [];
    const sizes: number[] = [];
    let path: string | undefined = '/v1.0/subscriptions';
    while (path !== undefined) {
      const { body } = await mira().get(path);
      const page = body as { value: SubscriptionJson[]; '@odata.nextLink'?: string };
      sizes.push(page.value.length);
      seen.push(...page.value.map(({ id }) => id));
      path = page['@odata.nextLink']?.slice(porchlight.origin.length);
    }
    expect(sizes).toEqual([100, 100, 5]);
    expect(seen).toEqual([...ids].sort());
  });

  test('a page of large subscriptions ends at a megabyte', async () => {
    const list = Array.from(
      { length: 9000 },
      (_, at) => `'${String(at).padStart(8, '0')}${USER.slice(8)}'`,
    );
    const resource = `communications/presences?$filter=id in (${list.join(',')})`;
    for (const path of ['a', 'b', 'c', 'd']) {
      await created({ resource, notificationUrl: `${receiver.origin}/${path}` });
    }
    const { text, body } = await mira().get('/v1.0/subscriptions');
    expect(text.length).toBeLessThan(1.1 * 1024 * 1024);
    expect(body).toMatchObject({ '@odata.nextLink': expect.stringContaining('$skiptoken=') });
  });
});

test('a user whom a listed directory doesn’t know is 404 as the resource', async () => {
  porchlight = await startPorchlight({
    directory: createDirectory('listed', new Map([[TENANT, [{ id: USER }]]])),
    parts: localParts(),
  });
  expectError(await subscribe({ resource: `users/${COLLEAGUE}/presence` }), 404, 'NotFound');
  await created({ resource: `communications/presences?$filter=id in ('${COLLEAGUE}')` });
});

test('an address of a private network, and plain http, are refused before anything is sent', async () => {
  porchlight = await startPorchlight();
  for (const notificationUrl of [
    'http://receiver.example/',
    'https://10.0.0.1/',
    'https://localhost/',
    'https://user:password@receiver.example/',
    'receiver.example',
  ]) {
    const answer = await subscribe({ notificationUrl });
    expect(expectError(answer, 400, 'InvalidArgument')).toMatch(
      /^\[NotificationUrl\]: can't be notified: /,
    );
  }
});
