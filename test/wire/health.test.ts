import { expect, test } from 'vitest';
import { openMemoryStore } from '../../src/store/memory.ts';
import { startPorchlight } from './porchlight.ts';

test('/healthz says that the process answers, /readyz that it can serve; neither needs a token', async () => {
  const porchlight = await startPorchlight();
  const health = await porchlight.send('GET', '/healthz');
  expect([health.status, health.body]).toEqual([200, { status: 'ok' }]);
  const ready = await porchlight.send('GET', '/readyz');
  expect([ready.status, ready.body]).toEqual([200, { status: 'ready' }]);
  await porchlight.close();
});

test('/readyz is 503 with the reason while the store can’t be written; /healthz stays 200', async () => {
  const porchlight = await startPorchlight({
    parts: {
      store: {
        ...openMemoryStore(),
        health: () => ({ writable: false, reason: 'the disk is full' }),
      },
    },
  });
  const ready = await porchlight.send('GET', '/readyz');
  expect(ready.status).toBe(503);
  expect(ready.headers.get('retry-after')).toBe('5');
  expect(ready.body).toEqual({ status: 'not ready', reason: 'the disk is full' });
  expect((await porchlight.send('GET', '/healthz')).status).toBe(200);
  await porchlight.close();
});

test('/readyz is 503 while an issuer’s keys can’t be had', async () => {
  const porchlight = await startPorchlight({
    parts: { whyNotReady: async () => 'no keys of https://issuer.example' },
  });
  const ready = await porchlight.send('GET', '/readyz');
  expect(ready.status).toBe(503);
  expect(ready.body).toMatchObject({ reason: 'no keys of https://issuer.example' });
  await porchlight.close();
});
