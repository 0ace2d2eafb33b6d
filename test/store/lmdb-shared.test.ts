import { LEASE_MS } from '../../src/store/lmdb/lease-desk.ts';
import { storeContract } from './contract.ts';
import { newFolder } from './folders.ts';
import { leaseContract } from './lease-contract.ts';
import { openShared, shareLmdbStore } from './lmdb-sharing.ts';
import { storeModel } from './model.ts';
import { reopenContract } from './reopen-contract.ts';

const openNew = () => openShared(newFolder());

storeContract('shared lmdb', openNew);
storeModel('shared lmdb', openNew);
reopenContract('shared lmdb', async () => {
  const path = newFolder();
  return () => openShared(path);
});
leaseContract('shared lmdb', async () => {
  const sharing = await shareLmdbStore(newFolder());
  const [first, second] = [await sharing.open(), await sharing.open()];
  return {
    first,
    second,
    passLease: async () => sharing.advance(LEASE_MS + 1),
    async close() {
      await first.close();
      await second.close();
      await sharing.release();
    },
  };
});
