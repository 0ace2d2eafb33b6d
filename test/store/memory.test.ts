import { openMemoryStore } from '../../src/store/memory.ts';
import { storeContract } from './contract.ts';
import { storeModel } from './model.ts';
import { partitionContract } from './partition-contract.ts';

storeContract('memory', async () => openMemoryStore());
partitionContract('memory', async () => openMemoryStore({ partitions: 8 }));
storeModel('memory', async () => openMemoryStore());
