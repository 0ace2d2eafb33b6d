import { afterAll, beforeAll } from 'vitest';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { storeContract } from './contract.ts';
import { storeModel } from './model.ts';
import { partitionContract } from './partition-contract.ts';
import { reopenContract } from './reopen-contract.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

async function openNew(cachedRecords = 10_000, partitions = 1) {
  await server.flush();
  return openRedisStore({ url: server.url, partitions, cachedRecords });
}

storeContract('redis', () => openNew());
partitionContract('redis', () => openNew(10_000, 8));
storeModel('redis', () => openNew());
// With room for two in its memory, most writes have to ask first.
storeModel('redis, remembering little,', () => openNew(2));
reopenContract('redis', async () => {
  await server.flush();
  return () => openRedisStore({ url: server.url, partitions: 1 });
});
