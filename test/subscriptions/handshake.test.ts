import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Outbound } from '../../src/outbound/outbound.ts';
import { createHandshake, type Handshake } from '../../src/subscriptions/handshake.ts';
import { guid } from './examples.ts';
import { localOutbound, openReceiver, type Receiver } from './receiver.ts';

let receiver: Receiver;
let outbound: Outbound;
let handshake: Handshake;
beforeEach(async () => {
  receiver = await openReceiver();
  outbound = localOutbound();
  let count = 0;
  handshake = createHandshake({ outbound, randomUUID: () => guid(++count) });
});
afterEach(async () => {
  outbound.close();
  await receiver.close();
});

const ask = (path = '/notifications') =>
  handshake({ notificationUrl: `${receiver.origin}${path}` });
const failed = (message: string) =>
  expect.objectContaining({ status: 400, code: 'ValidationError', message });

test('the address is asked with a POST that carries the token in its query and nothing else', async () => {
  await ask();
  expect(receiver.received).toEqual([
    {
      method: 'POST',
      path: '/notifications',
      query: `validationToken=Validation%3A+Testing+client+application+reachability+for+subscription+Request-Id%3A+${guid(1)}`,
      headers: expect.objectContaining({
        'content-type': 'text/plain; charset=utf-8',
        accept: 'text/plain',
      }),
      body: '',
    },
  ]);
});

test('query parameters of the address stay before the token as they are, and a fragment is left out', async () => {
  await ask('/hook?code=a%20b%2Bc+d&x#here');
  expect(receiver.received[0]?.query).toMatch(
    /^code=a%20b%2Bc\+d&x&validationToken=Validation%3A\+/,
  );
});

test('a content type with parameters, in any case, is text all the same', async () => {
  receiver.behave(() => ({ contentType: 'TEXT/Plain;charset=UTF-8' }));
  await ask();
});

test.each([
  [202, 'Accepted'],
  [302, 'Found'],
  [404, 'NotFound'],
  [500, 'InternalServerError'],
  [599, '599'],
])('an answer of %s refuses', async (status, name) => {
  receiver.behave(() => ({ status }));
  await expect(ask()).rejects.toEqual(
    failed(
      `Subscription validation request failed. HTTP status code is '${name}'. Notification endpoint must respond with 200 OK to validation request.`,
    ),
  );
});

test.each([
  ['another text', 'no'],
  ['nothing', ''],
  ['the token as it stood in the address', 'Validation%3A+Testing'],
  ['more than any token', 'x'.repeat(4000)],
])('%s for the token refuses', async (_, body) => {
  receiver.behave(() => ({ body }));
  await expect(ask()).rejects.toEqual(
    failed(
      'Subscription validation request failed. Response must exactly match validationToken query parameter.',
    ),
  );
});

test('the token with a line break after it refuses', async () => {
  receiver.behave(({ query }) => ({
    body: `${new URLSearchParams(query).get('validationToken')}\n`,
  }));
  await expect(ask()).rejects.toThrow('Response must exactly match');
});

test.each(['text/html', 'application/json', 'text/plainer'])(
  'the token as %s refuses',
  async (contentType) => {
    receiver.behave(() => ({ contentType }));
    await expect(ask()).rejects.toEqual(
      failed(
        'Subscription validation request failed. Response must have the content type text/plain.',
      ),
    );
  },
);

test('an address where nobody is refuses, and says why', async () => {
  await receiver.close();
  await expect(ask()).rejects.toEqual(
    expect.objectContaining({
      status: 400,
      code: 'ValidationError',
      message: expect.stringMatching(
        /^Subscription validation request failed\. Notification endpoint could not be reached: .+\.$/,
      ),
    }),
  );
});

test('no answer within ten seconds refuses', async () => {
  let timeoutMs = 0;
  let answer = () => {};
  receiver.behave(
    () =>
      new Promise((resolve) => {
        answer = () => resolve({});
      }),
  );
  // As patient as in production, but for the waiting.
  const hurried: Outbound = {
    ...outbound,
    send(request) {
      timeoutMs = request.timeoutMs;
      return outbound.send({ ...request, timeoutMs: 100 });
    },
  };
  handshake = createHandshake({ outbound: hurried, randomUUID: () => guid(1) });
  await expect(ask()).rejects.toEqual(failed('Subscription validation request timed out.'));
  expect(timeoutMs).toBe(10_000);
  answer();
});

test('both addresses are asked at the same time, each with a token of its own, even if they are the same', async () => {
  const release: (() => void)[] = [];
  receiver.behave(() => new Promise((resolve) => release.push(() => resolve({}))));
  const url = `${receiver.origin}/both`;
  const asked = handshake({ notificationUrl: url, lifecycleNotificationUrl: url });
  await receiver.count(2);
  for (const answer of release) answer();
  await asked;
  const tokens = new Set(receiver.received.map(({ query }) => query));
  expect(tokens.size).toBe(2);
});

test('a lifecycle address that refuses is named', async () => {
  receiver.behave(({ path }) => ({ status: path === '/lifecycle' ? 404 : 200 }));
  const asked = handshake({
    notificationUrl: `${receiver.origin}/notifications`,
    lifecycleNotificationUrl: `${receiver.origin}/lifecycle`,
  });
  await expect(asked).rejects.toThrow(
    "[LifecycleNotificationUrl]: Subscription validation request failed. HTTP status code is 'NotFound'.",
  );
});

test('without a lifecycle address only the other is asked', async () => {
  await handshake({ notificationUrl: `${receiver.origin}/`, lifecycleNotificationUrl: null });
  expect(receiver.received).toHaveLength(1);
});
