import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { storeContract } from './contract.ts';
import { newFolder } from './folders.ts';
import { storeModel } from './model.ts';
import { reopenContract } from './reopen-contract.ts';

const openNew = () => openLmdbStore({ path: newFolder() });

storeContract('lmdb', openNew);
storeModel('lmdb', openNew);
// With room for two in its memory, most reads come from the file.
storeModel('lmdb, remembering little,', () =>
  openLmdbStore({ path: newFolder(), cachedRecords: 2 }),
);
reopenContract('lmdb', async () => {
  const path = newFolder();
  return () => openLmdbStore({ path });
});
