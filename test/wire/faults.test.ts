import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { until } from '../until.ts';
import {
  APP,
  COLLEAGUE,
  expectError,
  OTHER_APP,
  OTHER_TENANT,
  type Porchlight,
  type PorchlightOptions,
  session,
  startPorchlight,
  TENANT,
  USER,
  USER_NAME,
} from './porchlight.ts';

const FAULTS = '/porchlight/faults';
const PRESENCE = `/v1.0/users/${USER}/presence`;

interface FaultJson {
  readonly id: string;
  readonly matched: number;
  readonly struck: number;
  readonly isOver: boolean;
}

let porchlight: Porchlight;
const start = async (options: PorchlightOptions = {}) => {
  porchlight = await startPorchlight({ faults: true, ...options });
};
afterEach(() => porchlight.close());

const steward = () => porchlight.as({ permissions: ['Porchlight.Manage.All'] });

async function order(body: object): Promise<FaultJson> {
  const answer = await steward().post(FAULTS, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body as FaultJson;
}

async function list(): Promise<readonly FaultJson[]> {
  return ((await steward().get(FAULTS)).body as { value: FaultJson[] }).value;
}

const busy = () => porchlight.as().post(`${PRESENCE}/setPresence`, session('Busy/InACall', 'PT1H'));
const get = (options = {}) => porchlight.as(options).get(PRESENCE);

describe('an error', () => {
  const CODES = [
    [429, 'TooManyRequests'],
    [500, 'InternalServerError'],
    [502, 'BadGateway'],
    [503, 'ServiceUnavailable'],
    [504, 'GatewayTimeout'],
  ] as const;

  test('comes in Graph’s envelope with its code, and is no fault in the log', async () => {
    await start();
    for (const [status, code] of CODES) {
      const { id } = await order({ fault: 'error', status, retryAfter: 2, times: 1 });
      const struck = await busy();
      expect(expectError(struck, status, code)).toBe(`Ordered by fault ${id}.`);
      expect(struck.headers.get('retry-after')).toBe('2');
      expect(struck.headers.get('porchlight-fault')).toBe(id);
      expect((await busy()).status).toBe(200);
    }
    expect(porchlight.logged).toEqual([]);
  });

  test('comes without Retry-After unless one is ordered', async () => {
    await start();
    await order({ fault: 'error', status: 503 });
    expect((await busy()).headers.get('retry-after')).toBeNull();
  });

  test('keeps the operation from being carried out, or only its answer from coming', async () => {
    await start();
    await order({ fault: 'error', status: 504, times: 1 });
    expect((await busy()).status).toBe(504);
    expect(await porchlight.shown()).toBe('Offline/Offline');
    await order({ fault: 'error', status: 504, times: 1, carriedOut: true });
    expect((await busy()).status).toBe(504);
    expect(await porchlight.shown()).toBe('Busy/InACall');
  });
});

describe('a dropped connection', () => {
  test('gives no answer; the operation was carried out, or not', async () => {
    await start();
    await order({ fault: 'drop', times: 1 });
    await expect(busy()).rejects.toThrow('fetch failed');
    expect(await porchlight.shown()).toBe('Offline/Offline');
    await order({ fault: 'drop', times: 1, carriedOut: true });
    await expect(busy()).rejects.toThrow('fetch failed');
    expect(await porchlight.shown()).toBe('Busy/InACall');
    expect(porchlight.logged).toEqual([]);
  });

  test('is one also where the operation would have been refused', async () => {
    await start();
    await order({ fault: 'drop', times: 1, carriedOut: true });
    const path = `${PRESENCE}/setPresence`;
    await expect(porchlight.as().post(path, session('Busy/Busy'))).rejects.toThrow('fetch failed');
  });
});

test('latency goes by a clock that never steps; a rule after it decides what comes then', async () => {
  const steadyClock = new ManualClock(0);
  await start({ parts: { steadyClock } });
  await order({ fault: 'latency', latencyMs: 5000, times: 1 });
  await order({ fault: 'error', status: 503, times: 1 });
  let status: number | undefined;
  const slow = busy().then((answer) => {
    status = answer.status;
  });
  await until(async () => (await list())[0]?.struck === 1);
  porchlight.clock.advance(60_000);
  steadyClock.advance(4999);
  expect(await porchlight.shown()).toBe('Offline/Offline');
  expect(status).toBeUndefined();
  steadyClock.advance(1);
  await slow;
  expect(status).toBe(503);
});

describe('a fault is for', () => {
  test('an operation', async () => {
    await start();
    await order({ fault: 'error', status: 500, operation: 'getPresence' });
    expect((await busy()).status).toBe(200);
    expect((await get()).status).toBe(500);
    expect((await porchlight.as({ user: USER }).get('/v1.0/me/presence')).status).toBe(500);
  });

  test('an application', async () => {
    await start();
    await busy();
    await order({ fault: 'error', status: 500, app: OTHER_APP.toUpperCase() });
    expect((await get()).status).toBe(200);
    expect((await get({ app: OTHER_APP })).status).toBe(500);
  });

  test('a tenant', async () => {
    await start();
    await busy();
    await order({ fault: 'error', status: 500, tenant: OTHER_TENANT });
    expect((await get()).status).toBe(200);
    expect((await get({ tenant: OTHER_TENANT })).status).toBe(500);
  });

  test('a user, however named: requests about them, and their own', async () => {
    await start();
    const other = `/v1.0/users/${COLLEAGUE}/presence`;
    for (const user of [USER, USER_NAME, USER.toUpperCase()]) {
      await order({ fault: 'error', status: 500, user });
      expect((await porchlight.as().get(other)).status).not.toBe(500);
      expect((await get()).status).toBe(500);
      expect((await porchlight.as().get(`/v1.0/users/${USER_NAME}/presence`)).status).toBe(500);
      expect((await porchlight.as({ user: USER }).get(other)).status).toBe(500);
      expect((await porchlight.as({ user: USER }).get('/v1.0/me/presence')).status).toBe(500);
      const reads = await porchlight.as({ user: COLLEAGUE }).get('/v1.0/me/presence');
      expect(reads.status).not.toBe(500);
      await steward().delete(FAULTS);
    }
  });

  test('Graph’s addresses alone: those of our own go on', async () => {
    await start();
    await order({ fault: 'drop' });
    const path = `/porchlight/users/${USER}/presence/explanation`;
    expect((await steward().get(path)).status).not.toBe(500);
    expect(await list()).toMatchObject([{ matched: 0 }]);
  });
});

test('in a batch a fault strikes a part; a dropped connection is 502 there', async () => {
  await start();
  await order({ fault: 'error', status: 429, retryAfter: 7, user: USER });
  await order({ fault: 'drop', user: COLLEAGUE });
  const read = (id: string, user: string) => ({
    ...{ id, method: 'GET', url: `/users/${user}/presence` },
  });
  const { status, body } = await porchlight.as().post('/v1.0/$batch', {
    requests: [
      read('1', USER),
      read('2', COLLEAGUE),
      { id: '3', method: 'GET', url: '/subscriptions', dependsOn: ['2'] },
      { id: '4', method: 'GET', url: '/nowhere' },
    ],
  });
  expect(status).toBe(200);
  const { responses } = body as { responses: { id: string; status: number }[] };
  expect(responses.toSorted((a, b) => Number(a.id) - Number(b.id))).toMatchObject([
    { status: 429, headers: { 'Retry-After': '7' }, body: { error: { code: 'TooManyRequests' } } },
    { status: 502, body: { error: { code: 'BadGateway' } } },
    { status: 424 },
    { status: 404 },
  ]);
});

test('the same seed gives the same faults for the same requests, also when they come at once', async () => {
  await start();
  await busy();
  const statuses = async () => {
    await order({ fault: 'error', status: 503, probability: 0.4, seed: 7 });
    const seen: number[] = [];
    for (let n = 0; n < 30; n++) seen.push((await get()).status);
    await steward().delete(FAULTS);
    return seen;
  };
  const first = await statuses();
  expect(new Set(first)).toEqual(new Set([200, 503]));
  expect(await statuses()).toEqual(first);
  await order({ fault: 'error', status: 503, probability: 0.4, seed: 7 });
  const atOnce = await Promise.all(Array.from({ length: 30 }, () => get()));
  const count = (all: readonly number[]) => all.filter((status) => status === 503).length;
  expect(count(atOnce.map(({ status }) => status))).toBe(count(first));
});

describe('/porchlight/faults', () => {
  test('orders, lists with how often each struck, and calls off', async () => {
    await start();
    const ordered = await order({
      ...{ fault: 'error', status: 429, retryAfter: 1, operation: 'getPresence' },
      ...{ user: USER_NAME, app: APP, tenant: TENANT, times: 2 },
    });
    const whole = {
      ...{ id: '1', fault: 'error', operation: 'getPresence', user: USER_NAME, app: APP },
      ...{ tenant: TENANT, status: 429, retryAfter: 1, carriedOut: false },
      ...{ times: 2, probability: 1, seed: 1, matched: 0, struck: 0, isOver: false },
    };
    expect(ordered).toEqual(whole);
    for (let n = 0; n < 3; n++) await get();
    expect(await list()).toEqual([{ ...whole, matched: 2, struck: 2, isOver: true }]);
    expect((await steward().delete(`${FAULTS}/1`)).status).toBe(204);
    expect(await list()).toEqual([]);
    expectError(await steward().delete(`${FAULTS}/1`), 404, 'NotFound');
    expectError(await steward().delete(`${FAULTS}/one`), 404, 'NotFound');
    await order({ fault: 'drop' });
    await order({ fault: 'lose' });
    expect((await steward().delete(FAULTS)).status).toBe(204);
    expect(await list()).toEqual([]);
  });

  const REFUSED: readonly (readonly [object, RegExp])[] = [
    [{}, /^\[Fault\]: The Fault field is required/],
    [{ fault: 'flood' }, /^\[Fault\]/],
    [{ fault: 'error' }, /^\[Status\]: The Status field is required/],
    [{ fault: 'error', status: 418 }, /^\[Status\]/],
    [{ fault: 'error', status: 429, retryAfter: 0.5 }, /^\[RetryAfter\]/],
    [{ fault: 'error', status: 429, retryAfter: -1 }, /^\[RetryAfter\]/],
    [{ fault: 'drop', status: 503 }, /^\[Status\]: does not go with fault drop/],
    [{ fault: 'lose', operation: 'getPresence' }, /^\[Operation\]: does not go with fault lose/],
    [{ fault: 'drop', operation: 'getPresense' }, /^\[Operation\]: there is no operation/],
    [{ fault: 'drop', operation: 'orderFault' }, /^\[Operation\]: there is no operation/],
    [{ fault: 'drop', app: 'mine' }, /^\[App\]: must be a GUID/],
    [{ fault: 'drop', tenant: 'contoso.example' }, /^\[Tenant\]: must be a GUID/],
    [{ fault: 'lose', subscription: '1' }, /^\[Subscription\]: must be a GUID/],
    [{ fault: 'drop', user: '' }, /^\[User\]/],
    [{ fault: 'drop', user: 'x'.repeat(321) }, /^\[User\]/],
    [{ fault: 'latency' }, /^\[LatencyMs\]: The LatencyMs field is required/],
    [{ fault: 'latency', latencyMs: 300_001 }, /^\[LatencyMs\]/],
    [{ fault: 'delay' }, /^\[Delay\]: The Delay field is required/],
    [{ fault: 'delay', delay: 'soon' }, /^\[Delay\]/],
    [{ fault: 'delay', delay: 'PT0S' }, /^\[Delay\]/],
    [{ fault: 'delay', delay: 'P2D' }, /^\[Delay\]/],
    [{ fault: 'duplicate', delay: '-PT1S' }, /^\[Delay\]/],
    [{ fault: 'lose', overtaken: true }, /^\[Overtaken\]: does not go with fault lose/],
    [{ fault: 'drop', times: 0 }, /^\[Times\]/],
    [{ fault: 'drop', probability: 0 }, /^\[Probability\]/],
    [{ fault: 'drop', probability: 1.1 }, /^\[Probability\]/],
    [{ fault: 'drop', seed: -1 }, /^\[Seed\]/],
    [{ fault: 'drop', colour: 'blue' }, /^\[colour\]: This field is not known here/],
  ];

  test('refuses what isn’t a fault, and names the field', async () => {
    await start();
    for (const [body, message] of REFUSED) {
      const answer = await steward().post(FAULTS, body);
      expect(expectError(answer, 400, 'InvalidArgument')).toMatch(message);
    }
    expect(await list()).toEqual([]);
  });

  test('tells what is ordered by default, and durations as they were said', async () => {
    await start();
    expect(await order({ fault: 'delay', delay: 'PT0.25S' })).toMatchObject({
      ...{ delay: 'PT0.25S', overtaken: false },
    });
    expect(await order({ fault: 'delay', delay: 'P1D' })).toMatchObject({ delay: 'P1D' });
    expect(await order({ fault: 'duplicate' })).toMatchObject({ delay: 'PT0S' });
    expect(await order({ fault: 'expire' })).toMatchObject({
      ...{ announced: true, whenTouched: false, isOver: true },
    });
  });

  test('takes null for what is left out', async () => {
    await start();
    const nothing = { app: null, status: null, delay: null, times: null, seed: null };
    expect(await order({ fault: 'drop', ...nothing })).toMatchObject({ seed: 1, times: null });
  });

  test('is for applications with Porchlight.Manage.All', async () => {
    await start();
    expect((await porchlight.send('GET', FAULTS)).status).toBe(401);
    expectError(await porchlight.as().get(FAULTS), 403, 'Forbidden');
    const signedIn = porchlight.as({ user: USER, permissions: ['Porchlight.Manage.All'] });
    expectError(await signedIn.post(FAULTS, { fault: 'drop' }), 403, 'Forbidden');
  });

  test('is not there unless the server was started for it', async () => {
    await start({ faults: false });
    expectError(await steward().get(FAULTS), 404, 'NotFound');
    expectError(await steward().post(FAULTS, { fault: 'drop' }), 404, 'NotFound');
    expect((await busy()).status).toBe(200);
  });
});
