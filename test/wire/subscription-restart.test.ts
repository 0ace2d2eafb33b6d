import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { newFolder } from '../store/folders.ts';
import { openReceiver, type Receiver } from '../subscriptions/receiver.ts';
import { startPorchlight, USER } from './porchlight.ts';
import { localParts, type SubscriptionJson, subscribing } from './subscribing.ts';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await openReceiver();
});
afterAll(() => receiver.close());

test('a subscription outlives the server: the next one over the same store has it', async () => {
  const path = newFolder();
  const start = async () =>
    startPorchlight({ parts: { ...localParts(), store: await openLmdbStore({ path }) } });

  const first = await start();
  const made = await first
    .as({ user: USER })
    .post('/v1.0/subscriptions', subscribing(receiver, { clientState: 'secret' }));
  expect(made.status, made.text).toBe(201);
  const { id } = made.body as SubscriptionJson;
  const before = await first.as({ user: USER }).get(`/v1.0/subscriptions/${id}`);
  await first.close();

  const second = await start();
  const mira = second.as({ user: USER });
  const after = await mira.get(`/v1.0/subscriptions/${id}`);
  expect(after.text).toBe(before.text.replace(first.origin, second.origin));
  expect((await mira.post('/v1.0/subscriptions', subscribing(receiver))).status).toBe(409);
  expect((await mira.delete(`/v1.0/subscriptions/${id}`)).status).toBe(204);
  await second.close();

  const third = await start();
  expect((await third.as({ user: USER }).get(`/v1.0/subscriptions/${id}`)).status).toBe(404);
  await third.close();
  expect(receiver.received.filter(({ query }) => query.includes('validationToken'))).toHaveLength(
    1,
  );
});
