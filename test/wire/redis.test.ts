import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { APP, COLLEAGUE, startPorchlight, USER } from './porchlight.ts';

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const start = async () =>
  startPorchlight({
    parts: { store: await openRedisStore({ url: redis.url, timeoutMs: 1000 }) },
  });

const BUSY = {
  sessionId: APP,
  availability: 'Busy',
  activity: 'InACall',
  expirationDuration: 'PT1H',
};

const path = (userId: string) => `/v1.0/users/${userId}/presence`;

describe('with presence in Redis', () => {
  let porchlight: Awaited<ReturnType<typeof start>>;

  beforeEach(async () => {
    await redis.flush();
    porchlight = await start();
  });
  afterEach(async () => {
    redis.resume();
    await porchlight.close();
  });

  test('what was set is there again after a restart of the server, under the same number', async () => {
    const set = await porchlight.as().post(`${path(USER)}/setPresence`, BUSY);
    expect(set.status, set.text).toBe(200);
    const { origin } = porchlight;
    const before = await porchlight.as().get(path(USER));
    await porchlight.close();
    porchlight = await start();
    const after = await porchlight.as().get(path(USER));
    expect(after.text).toBe(before.text.replace(origin, porchlight.origin));
    expect(after.body).toMatchObject({ availability: 'Busy', activity: 'InACall' });
  });

  test('writes, and reads of what is not known, are 503 while it is away, and work again afterwards', async () => {
    await porchlight.as().post(`${path(USER)}/setPresence`, BUSY);
    redis.pause();
    const known = porchlight.as().get(path(USER));
    const answers = await Promise.all([
      porchlight.as().post(`${path(USER)}/setPresence`, BUSY),
      porchlight.as().get(path(COLLEAGUE)),
    ]);
    const { status: knownStatus, headers: knownHeaders, body: knownBody } = await known;
    expect({ status: knownStatus, body: knownBody }).toMatchObject({
      status: 200,
      body: { availability: 'Busy', activity: 'InACall' },
    });
    expect(Number(knownHeaders.get('porchlight-stale-ms'))).toBeGreaterThan(0);
    for (const { status, headers, body } of answers) {
      expect(status).toBe(503);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(body).toMatchObject({
        error: {
          code: 'ServiceUnavailable',
          message: expect.stringContaining('try again later'),
          innerError: { 'request-id': expect.any(String) },
        },
      });
    }
    expect(answers[0]?.text).toContain('Whether this was kept is not known');
    expect(answers[1]?.text).toContain('Nothing was changed');
    const ready = await fetch(`${porchlight.origin}/readyz`);
    expect(ready.status).toBe(503);

    redis.resume();
    const again = () => porchlight.as().post(`${path(COLLEAGUE)}/setPresence`, BUSY);
    await expect.poll(async () => (await again()).status, { timeout: 5000 }).toBe(200);
    expect(await porchlight.shown(USER)).toBe('Busy/InACall');
    expect((await fetch(`${porchlight.origin}/readyz`)).status).toBe(200);
  });
});
