import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { FEED_START, type PresenceStore } from '../../src/store/store.ts';
import { type RedisCluster, startRedisCluster } from '../redis-cluster.ts';
import { guid, readOne, START_MS, setPresence, setStatusMessage, tell, user } from './commands.ts';
import { edit } from './document-contract.ts';
import { partitionContract } from './partition-contract.ts';

let cluster: RedisCluster;

beforeAll(async () => {
  cluster = await startRedisCluster({ masters: 3 });
}, 30_000);
afterAll(() => cluster.stop());

async function open(partitions?: number): Promise<PresenceStore> {
  return openRedisStore({
    url: `${cluster.url}?durability=primary`,
    ...(partitions && { partitions }),
  });
}

async function openNew(partitions = 8): Promise<PresenceStore> {
  await Promise.all(cluster.servers.map((server) => server.flush()));
  return open(partitions);
}

partitionContract('redis cluster', openNew);

describe('two servers on a cluster', () => {
  it('work together in all partitions', async () => {
    const one = await openNew(16);
    const other = await open();
    expect(other.partitions).toBe(16);
    const heard = new Set<number>();
    other.onChanges((partition) => heard.add(partition));
    const everyone = Array.from({ length: 100 }, (_, at) => user(at));
    await Promise.all(everyone.map((who) => tell(one, who, START_MS, setPresence(BUSY))));
    await Promise.all(
      everyone.flatMap((who) => [
        tell(one, who, START_MS + 1, setStatusMessage('one')),
        tell(other, who, START_MS + 1, setPresence(DO_NOT_DISTURB)),
      ]),
    );
    for (const who of everyone) {
      const presence = (await readOne(one, who))?.presence;
      expect(presence).toMatchObject({
        availability: 'DoNotDisturb',
        statusMessage: { content: 'one' },
      });
    }
    let changes = 0;
    for (let partition = 0; partition < 16; partition++) {
      changes += (await other.feed(partition, FEED_START, 1000)).entries.length;
    }
    expect(changes).toBe(300);
    await expect.poll(() => heard.size).toBe(16);
    expect(await other.users(user(0).tenantId, guid(49), 10)).toEqual(
      Array.from({ length: 10 }, (_, at) => guid(50 + at)),
    );

    for (let partition = 0; partition < 16; partition++) {
      const documents = one.documentsOf(partition);
      const lease = await one.leases.take(partition);
      expect(await other.leases.take(partition)).toBeUndefined();
      await documents.write([edit('a', '1'), edit('b', '1', 'others')], lease);
      expect([...(await other.documentsOf(partition).all('things'))]).toEqual([['a', '1']]);
    }
    expect(await one.leases.attend()).toEqual([one.leases.self]);
    await Promise.all([one.close(), other.close()]);
  });
});
