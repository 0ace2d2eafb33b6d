import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { APP, COLLEAGUE, MINUTE_MS, START, startPorchlight, USER } from './porchlight.ts';

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

const idOf = (list: unknown) => (list as { value: { id: string }[] }).value[0]?.id;

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

  test('a mailbox is there again, too: its meeting shows from its first second, on any server', async () => {
    const settings = { timeZone: 'Europe/Berlin' };
    await porchlight.as().patch(`/v1.0/users/${USER}/mailboxSettings`, settings);
    await porchlight.as().post(`${path(USER)}/setPresence`, BUSY);
    const at = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
    const event = {
      subject: 'A day off',
      showAs: 'oof',
      start: at('2026-11-21T09:30:00'),
      end: at('2026-11-21T11:00:00'),
    };
    const made = await porchlight.as().post(`/v1.0/users/${USER}/events`, event);
    expect(made.status, made.text).toBe(201);
    await porchlight.close();
    porchlight = await start();
    const { body } = await porchlight.as().get(`/v1.0/users/${USER}/events`);
    expect(body).toMatchObject({ value: [{ subject: 'A day off', showAs: 'oof' }] });
    const kept = await porchlight.as().get(`/v1.0/users/${USER}/mailboxSettings`);
    expect(kept.body).toMatchObject(settings);
    const shown = async () => (await porchlight.as().get(path(USER))).body;
    expect(await shown()).toMatchObject({ outOfOfficeSettings: { isOutOfOffice: false } });
    porchlight.clock.set(START + 30 * MINUTE_MS);
    expect(await shown()).toMatchObject({ outOfOfficeSettings: { isOutOfOffice: true } });
    await porchlight.as().delete(`/v1.0/users/${USER}/events/${idOf(body)}`);
    expect(await shown()).toMatchObject({ outOfOfficeSettings: { isOutOfOffice: false } });
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
