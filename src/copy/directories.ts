import { DEPARTING, directoryCollections } from '../directory/collections.ts';
import type { PresenceStore } from '../store/store.ts';
import { copyPersonal } from './personal.ts';
import { replace } from './replace.ts';

/** Users looked after at a time. */
const PAGE = 500;

/** Copies who is known in tenants, with what is kept of those who have no presence yet. */
export async function copyDirectories(
  tenantIds: readonly string[],
  stores: { readonly from: PresenceStore; readonly to: PresenceStore },
): Promise<void> {
  const { from, to } = stores;
  await replace(to.documents, DEPARTING, await from.documents.all(DEPARTING));
  for (const tenantId of tenantIds) {
    const { users, others } = directoryCollections(tenantId);
    const known = await from.documents.all(users);
    const ids = [...known.keys()];
    for (let at = 0; at < ids.length; at += PAGE) {
      const page = ids.slice(at, at + PAGE).map((userId) => ({ tenantId, userId }));
      await copyPersonal(page, stores);
    }
    await replace(to.documents, users, known);
    for (const collection of others) {
      await replace(to.documents, collection, await from.documents.all(collection));
    }
  }
}
