import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  changeItem,
  itemFrame,
  lifecycleItem,
  notificationBody,
  resourceData,
} from '../../src/graph/notification-json.ts';
import { encryptContent } from '../../src/notifications/encrypt.ts';
import type { Recipient } from '../../src/notifications/encryptor.ts';
import { recipientOf } from '../../src/notifications/recipient.ts';
import type { Running } from '../program.ts';
import { type Offer, readOffer, startListening } from './listener.ts';

let listener: Running & { readonly origin: string };
let offer: Offer;

// What arrives is made here, by the code that the server makes it with.
beforeAll(async () => {
  listener = await startListening({ http: 'http://127.0.0.1:1' }, '--rich');
  const [, path = ''] = await listener.line(/^curl .* -d @(\S+)$/);
  offer = readOffer(path);
});

afterAll(() => listener.stop());

function post(body: string | Uint8Array, path = '/notifications'): Promise<Response> {
  return fetch(`${listener.origin}${path}`, { method: 'POST', body });
}

function frame(subscriptionId: string, clientState: string | null) {
  const tenantId = randomUUID();
  return itemFrame({ id: subscriptionId, tenantId, clientState, expiresMs: Date.now() });
}

function recipient(certificateId = offer.encryptionCertificateId): Recipient {
  const found = recipientOf(offer.encryptionCertificate, certificateId, Date.now());
  if (typeof found === 'string') throw new Error(found);
  return found;
}

/** A notification of a user's presence, as the server would send it; `change` spoils it. */
function rich(
  userId: string,
  {
    plaintext = resourceData(userId, `"availability":"Busy","activity":"InACall"`),
    to = recipient(),
    change = (content: string) => content,
  } = {},
): string {
  const content = change(encryptContent(to, plaintext, randomBytes));
  const item = changeItem(frame(randomUUID(), offer.clientState), userId, 'place', content);
  return notificationBody([item], ['a.b.c']);
}

function spoil(field: string, value: (before: string) => string) {
  return (content: string) => {
    const parsed = JSON.parse(content) as Record<string, string>;
    return JSON.stringify({ ...parsed, [field]: value(parsed[field] ?? '') });
  };
}

const otherBytes = (base64: string) => {
  const bytes = Buffer.from(base64, 'base64');
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return bytes.toString('base64');
};

interface Spoiled {
  readonly field?: string;
  readonly plaintext?: string;
}

describe('a handshake', () => {
  test('is answered with its token, as text', async () => {
    const token = 'Validation: <b>&+ä</b>';
    const response = await post('', `/any/path?x=1&validationToken=${encodeURIComponent(token)}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toBe(token);
    await listener.line(/handshake {2}answered at \/any\/path$/);
  });
});

describe('a notification', () => {
  test('is answered 202 and printed', async () => {
    const [id, user] = [randomUUID(), randomUUID()];
    const item = changeItem(frame(id, offer.clientState), user, 'place');
    expect((await post(notificationBody([item]))).status).toBe(202);
    await listener.line(new RegExp(`  ${user}  changed  ${id.slice(0, 8)}  client state ok$`));
  });

  test('with resource data is decrypted', async () => {
    const user = randomUUID();
    expect((await post(rich(user))).status).toBe(202);
    await listener.line(new RegExp(`  ${user}  Busy/InACall  `));
  });

  test.each([
    ['another client state', 'somebody else', 'wrong'],
    ['none', null, 'missing'],
  ])('with %s says so', async (_, clientState, said) => {
    const id = randomUUID();
    await post(notificationBody([changeItem(frame(id, clientState), randomUUID(), 'place')]));
    await listener.line(new RegExp(`  ${id.slice(0, 8)}  client state ${said}$`));
  });

  test('about the subscription itself is printed as such', async () => {
    const id = randomUUID();
    const body = notificationBody([lifecycleItem(frame(id, offer.clientState), 'missed')]);
    expect((await post(body, '/lifecycle')).status).toBe(202);
    await listener.line(new RegExp(`  lifecycle  missed  ${id.slice(0, 8)}  client state ok$`));
  });

  test.each([
    ['encrypted for another certificate', {}, 'encrypted for certificate elsewhere, not ours'],
    ['with other data', { field: 'data' }, 'its signature is not that of its data'],
    ['with another signature', { field: 'dataSignature' }, 'its signature is not that of its data'],
    ['with another key', { field: 'dataKey' }, 'its key is not encrypted for our certificate'],
    ['with no JSON', { plaintext: 'presence' }, 'what was encrypted is not JSON'],
    ['with a number', { plaintext: '1' }, 'what was encrypted is not a resource'],
  ])('%s is told as unreadable', async (_, { field, plaintext }: Spoiled, reason) => {
    const user = randomUUID();
    const body = rich(user, {
      ...(plaintext !== undefined && { plaintext }),
      ...(field !== undefined && { change: spoil(field, otherBytes) }),
      ...(field === undefined && plaintext === undefined && { to: recipient('elsewhere') }),
    });
    expect((await post(body)).status).toBe(202);
    await listener.line(new RegExp(`  ${user}  unreadable: ${reason}  `));
  });
});

describe('whatever else is posted', () => {
  test.each([
    ['nothing', '', 400, 'the body is not JSON'],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 400, 'the body is not JSON'],
    ['a megabyte of [', '['.repeat(1024 * 1024), 400, 'the body is not JSON'],
    ['an array', '[]', 400, 'the body is not an object'],
    ['no value', '{}', 400, 'the body has no value that is an array'],
    ['an item that is none', '{"value":[1]}', 400, 'value\\[0\\] is not an object'],
    ['no id', '{"value":[{}]}', 400, 'value\\[0\\]\\.subscriptionId is not a text'],
    [
      'odd content',
      '{"value":[{"subscriptionId":"1","encryptedContent":{"data":1}}]}',
      400,
      'value\\[0\\]\\.encryptedContent\\.data is not a text',
    ],
    ['more than a megabyte', 'x'.repeat(1024 * 1024 + 1), 413, 'more than 1048576 bytes'],
  ])(
    'is refused with a line, and the next one is received: %s',
    async (name, body, status, reason) => {
      const path = `/${encodeURIComponent(name)}`;
      expect((await post(body, path)).status).toBe(status);
      await listener.line(new RegExp(`  refused  ${status} at ${path}: ${reason}$`));
      const user = randomUUID();
      expect((await post(rich(user))).status).toBe(202);
      await listener.line(new RegExp(`  ${user}  Busy/InACall`));
    },
  );

  test('a GET is 405', async () => {
    const response = await fetch(listener.origin);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  test('nothing of it controls the terminal', async () => {
    const user = '\u001b[2J\u009b31m\u202eadmin';
    const item = { subscriptionId: '\u001b]0;x', clientState: '\r\n', resource: user };
    expect((await post(JSON.stringify({ value: [item] }))).status).toBe(202);
    const [line] = await listener.line(/.*admin.*/);
    expect(line).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });

  test('as JSON lines neither, and what is nested too deep for them is told as that', async () => {
    const flags = ['--rich', '--json'];
    const other = await startListening({ http: 'http://127.0.0.1:1' }, ...flags);
    const send = (body: string) => fetch(other.origin, { method: 'POST', body });
    const path = JSON.parse((await other.line(/^.*"listening".*$/))[0]) as { body: string };
    const theirs = readOffer(path.body);
    const to = recipientOf(
      theirs.encryptionCertificate,
      theirs.encryptionCertificateId,
      Date.now(),
    );
    if (typeof to === 'string') throw new Error(to);

    await send(
      JSON.stringify({ value: [{ subscriptionId: '1', resource: '\u009b31m\u{e0001}' }] }),
    );
    const [line] = await other.line(/^.*"change".*$/);
    expect(line).not.toMatch(/\p{Cc}|\p{Cf}/u);
    expect(JSON.parse(line)).toMatchObject({ userId: '\u009b31m\u{e0001}' });

    const depth = 100_000;
    const plaintext = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const content = encryptContent(to, plaintext, randomBytes);
    const item = changeItem(frame('1', null), randomUUID(), 'place', content);
    expect((await send(notificationBody([item]))).status).toBe(202);
    await other.line(/too deep to be shown/);
    expect(await other.stop()).toMatchObject({ code: 0, stderr: '' });
  });
});
