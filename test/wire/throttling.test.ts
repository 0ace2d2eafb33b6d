import { afterEach, expect, test } from 'vitest';
import {
  APP,
  expectError,
  OTHER_APP,
  OTHER_TENANT,
  type Porchlight,
  type PorchlightOptions,
  session,
  startPorchlight,
  USER,
} from './porchlight.ts';

const PATH = `/v1.0/users/${USER}/presence`;

let porchlight: Porchlight;
const start = async (options: PorchlightOptions = {}) => {
  const throttling = { requests: 3, withinMs: 30_000 };
  porchlight = await startPorchlight({ throttling, ...options });
};
afterEach(() => porchlight.close());

test('one request too many is 429 with Retry-After in whole seconds, until the window is over', async () => {
  await start();
  const app = porchlight.as();
  await app.post(`${PATH}/setPresence`, session('Busy/InACall', 'PT1H'));
  porchlight.clock.advance(500);
  for (let n = 0; n < 2; n++) expect((await app.get(PATH)).status).toBe(200);
  const refused = await app.get(PATH);
  expect(expectError(refused, 429, 'TooManyRequests')).toContain('3 in 30 s');
  expect(refused.headers.get('retry-after')).toBe('30');
  porchlight.clock.advance(29_000);
  expect((await app.get(PATH)).headers.get('retry-after')).toBe('1');
  porchlight.clock.advance(500);
  expect((await app.get(PATH)).status).toBe(200);
});

test('a refused write has changed nothing', async () => {
  await start({ throttling: { requests: 1, withinMs: 1000 } });
  const app = porchlight.as();
  await app.get(PATH);
  const before = await porchlight.kept();
  expectError(
    await app.post(`${PATH}/setPresence`, session('Busy/InACall')),
    429,
    'TooManyRequests',
  );
  expect(await porchlight.kept()).toBe(before);
});

test('another application, another tenant and addresses of our own aren’t counted with it', async () => {
  await start({ throttling: { requests: 1, withinMs: 30_000 }, faults: true });
  const get = async (options: object) => (await porchlight.as(options).get(PATH)).status;
  expect(await get({ user: USER })).not.toBe(429);
  expect(await get({})).toBe(429);
  expect(await get({ app: OTHER_APP })).not.toBe(429);
  expect(await get({ tenant: OTHER_TENANT })).not.toBe(429);
  const steward = porchlight.as({ permissions: ['Porchlight.Manage.All'] });
  for (let n = 0; n < 3; n++) expect((await steward.get('/porchlight/faults')).status).toBe(200);
});

test('each part of a batch counts, and is refused, by itself: the batch is 200', async () => {
  await start();
  const app = porchlight.as();
  const url = `/users/${USER}/presence`;
  const answer = await app.post('/v1.0/$batch', {
    requests: [
      {
        ...{ id: '1', method: 'POST', url: `${url}/setPresence` },
        headers: { 'content-type': 'application/json' },
        body: session('Busy/InACall'),
      },
      ...['2', '3', '4', '5'].map((id) => ({ id, method: 'GET', url })),
    ],
  });
  expect(answer.status).toBe(200);
  const { responses } = answer.body as {
    responses: { id: string; status: number; headers: Record<string, string>; body: unknown }[];
  };
  const inOrder = responses.toSorted((a, b) => Number(a.id) - Number(b.id));
  // The read may be carried out before the write.
  expect(inOrder.slice(3).map(({ status }) => status)).toEqual([429, 429]);
  expect(inOrder.slice(0, 3).filter(({ status }) => status === 429)).toEqual([]);
  expect(inOrder[4]).toMatchObject({
    headers: { 'Retry-After': '30', 'Content-Type': expect.stringMatching(/^application\/json/) },
    body: { error: { code: 'TooManyRequests' } },
  });
  expect((await app.get(PATH)).status).toBe(429);
});

test('without a limit there is none', async () => {
  porchlight = await startPorchlight();
  const app = porchlight.as({ app: APP });
  for (let n = 0; n < 20; n++) expect((await app.get(PATH)).status).not.toBe(429);
});
