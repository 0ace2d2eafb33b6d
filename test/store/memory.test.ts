import { openMemoryStore } from '../../src/store/memory.ts';
import { storeContract } from './contract.ts';
import { storeModel } from './model.ts';

storeContract('memory', async () => openMemoryStore());
storeModel('memory', async () => openMemoryStore());
