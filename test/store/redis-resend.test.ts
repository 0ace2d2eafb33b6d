import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { COMMIT, WRITE_DOCUMENTS } from '../../src/store/redis/script.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import {
  clearPresence,
  readOne,
  START_MS,
  setPresence,
  setStatusMessage,
  tell,
  user,
  wholeFeed,
} from './commands.ts';
import { type CuttingRelay, startCuttingRelay } from './cutting-relay.ts';
import { edit } from './document-contract.ts';

let server: RedisServer;
let relay: CuttingRelay;
let store: PresenceStore;

beforeEach(async () => {
  server = await startRedis();
  relay = await startCuttingRelay(server.port);
  store = await openRedisStore({ url: `redis://127.0.0.1:${relay.port}`, partitions: 1 });
  // So that Redis knows the script.
  await tell(store, user(1), START_MS, setPresence(BUSY));
});
afterEach(async () => {
  relay.open();
  await store.close();
  await relay.close();
  await server.stop();
});

describe('a commit whose answer is lost with the connection', () => {
  it('is sent again, and carried out once', async () => {
    const cut = relay.cutAnswerTo(COMMIT.sha1);
    const updates = [
      tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB)),
      tell(store, user(2), START_MS + 1, setPresence(BUSY)),
      tell(store, user(1), START_MS + 2, setStatusMessage('hello')),
    ];
    await cut;
    const results = await Promise.all(updates);
    expect(results.flatMap(({ changes }) => changes)).toHaveLength(3);
    const feed = await wholeFeed(store);
    expect(feed).toHaveLength(4);
    expect(feed.slice(1).map(({ change }) => change)).toEqual(
      results.flatMap(({ changes }) => changes),
    );
    expect(await readOne(store, user(1))).toEqual(results[2]?.record);
  });

  it('may be kept, when somebody else changed the user before it came again', async () => {
    const other = await openRedisStore({ url: server.url });
    const cut = relay.cutAnswerTo(COMMIT.sha1);
    relay.shut();
    const update = tell(store, user(1), START_MS + 1, setStatusMessage('mine'));
    const untouched = tell(store, user(2), START_MS + 1, setStatusMessage('mine too'));
    const outcome = expect(update).rejects.toMatchObject({
      code: 'StoreUnavailable',
      mayBeKept: true,
    });
    await cut;
    const { record } = await tell(other, user(1), START_MS + 2, setPresence(DO_NOT_DISTURB));
    expect(record.facts.statusMessage?.content).toBe('mine');
    relay.open();
    await outcome;
    await untouched;
    expect(await wholeFeed(store)).toHaveLength(4);
    expect(await readOne(store, user(1))).toEqual(record);
    await other.close();
  });

  it('that only compared is made again from what somebody else wrote meanwhile', async () => {
    await tell(store, user(1), START_MS + 1, clearPresence);
    const other = await openRedisStore({ url: server.url });
    const cut = relay.cutAnswerTo(COMMIT.sha1);
    relay.shut();
    // By what this store remembers there is no session to end.
    const update = tell(store, user(1), START_MS + 3, clearPresence);
    await cut;
    await tell(other, user(1), START_MS + 2, setPresence(BUSY));
    relay.open();
    expect((await update).refusal).toBeUndefined();
    expect(await wholeFeed(store)).toHaveLength(4);
    await other.close();
  });
});

describe('a write of documents whose answer is lost with the connection', () => {
  beforeEach(() => store.documents.write([edit('a', '1')]));

  it('is sent again, and does not stumble over what it wrote itself', async () => {
    const { revision } = await store.documents.since('things');
    const cut = relay.cutAnswerTo(WRITE_DOCUMENTS.sha1);
    const write = store.documents.write([
      { ...edit('a', '2'), was: '1' },
      { ...edit('b', '1'), was: null },
    ]);
    await cut;
    await write;
    expect([...(await store.documents.since('things', revision)).documents]).toEqual([
      ['a', '2'],
      ['b', '1'],
    ]);
  });

  it('undoes nothing that others wrote before it came again', async () => {
    const other = await openRedisStore({ url: server.url });
    const cut = relay.cutAnswerTo(WRITE_DOCUMENTS.sha1);
    relay.shut();
    const write = store.documents.write([edit('a', '2')]);
    await cut;
    await other.documents.write([{ ...edit('a', '3'), was: '2' }]);
    relay.open();
    await write;
    expect((await store.documents.all('things')).get('a')).toBe('3');
    await other.close();
  });
});
