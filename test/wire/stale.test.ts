import { beforeEach, describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { APP, COLLEAGUE, startPorchlight, USER } from './porchlight.ts';

const BUSY = {
  sessionId: APP,
  availability: 'Busy',
  activity: 'InACall',
  expirationDuration: 'PT1H',
};

const HEADER = 'porchlight-stale-ms';
const path = (userId: string) => `/v1.0/users/${userId}/presence`;

/** A store that can be away, and then still knows some users of a while ago. */
function forgetfulStore() {
  const inner = openMemoryStore();
  const state = { isAway: false, known: new Map<string, unknown>(), ageMs: 0 };
  const store: PresenceStore = {
    ...inner,
    async read(tenantId, userIds) {
      if (state.isAway) throw new StoreUnavailable('it is away', 1000);
      const records = await inner.read(tenantId, userIds);
      for (const [at, userId] of userIds.entries()) state.known.set(userId, records[at]);
      return records;
    },
    lastKnown(_tenantId, userIds) {
      if (!userIds.every((userId) => state.known.has(userId))) return undefined;
      const records = userIds.map((userId) => state.known.get(userId) as never);
      return { records, ageMs: state.ageMs };
    },
  };
  return { store, state };
}

describe('while the store is away', () => {
  let forgetful: ReturnType<typeof forgetfulStore>;
  let porchlight: Awaited<ReturnType<typeof startPorchlight>>;

  beforeEach(async () => {
    forgetful = forgetfulStore();
    porchlight = await startPorchlight({ parts: { store: forgetful.store } });
    await porchlight.as().post(`${path(USER)}/setPresence`, BUSY);
    return () => porchlight.close();
  });

  const bulk = (...ids: string[]) =>
    porchlight.as().post('/v1.0/communications/getPresencesByUserId', { ids });

  test('a user read before is answered as last known, and the answer says how old it may be', async () => {
    const fresh = await porchlight.as().get(path(USER));
    expect(fresh.headers.get(HEADER)).toBeNull();
    forgetful.state.isAway = true;
    forgetful.state.ageMs = 1234.5;
    const stale = await porchlight.as().get(path(USER));
    expect(stale.status).toBe(200);
    expect(stale.headers.get(HEADER)).toBe('1235');
    expect(stale.text).toBe(fresh.text);
  });

  test('what has ended by the clock since then is not shown any more', async () => {
    await porchlight.as().get(path(USER));
    forgetful.state.isAway = true;
    porchlight.clock.advance(2 * 3_600_000);
    const { body } = await porchlight.as().get(path(USER));
    expect(body).toMatchObject({ availability: 'Offline' });
  });

  test('several users are answered if all of them are known, and by 503 if not', async () => {
    await bulk(USER, COLLEAGUE);
    forgetful.state.isAway = true;
    const both = await bulk(USER, COLLEAGUE);
    expect(both.status).toBe(200);
    // The youngest answer there is still isn't one from the store.
    expect(both.headers.get(HEADER)).toBe('1');
    forgetful.state.known.delete(COLLEAGUE);
    const other = await bulk(USER, COLLEAGUE);
    expect(other.status).toBe(503);
    expect(other.headers.get(HEADER)).toBeNull();
  });

  test('each part of a batch says it for itself', async () => {
    await porchlight.as().get(path(USER));
    forgetful.state.isAway = true;
    const requests = [USER, COLLEAGUE].map((userId, at) => ({
      id: `${at}`,
      method: 'GET',
      url: `/users/${userId}/presence`,
    }));
    const { body } = await porchlight.as().post('/v1.0/$batch', { requests });
    expect(body).toMatchObject({
      responses: [
        { id: '0', status: 200, headers: { 'Porchlight-Stale-Ms': '1' } },
        { id: '1', status: 503 },
      ],
    });
  });

  test('nothing is written, and that is what a write is told', async () => {
    await porchlight.as().get(path(USER));
    forgetful.store.update = async () => {
      throw new StoreUnavailable('it is away', 1000);
    };
    const answer = await porchlight.as().post(`${path(USER)}/setPresence`, BUSY);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
  });
});
