import { photoCollection } from '../directory/photos.ts';
import { FEED_INDEX, feedCollection, userOf } from '../feeds/stored-feed.ts';
import { mailboxCollection } from '../mailbox/documents.ts';
import type { DocumentStore, PresenceStore, UserKey } from '../store/store.ts';
import { replace } from './replace.ts';

/** Collections of a user's own, in the partition of their presence. */
const PERSONAL = [mailboxCollection, feedCollection, photoCollection];

interface Stores {
  readonly from: PresenceStore;
  readonly to: PresenceStore;
}

/** Copies what is kept of users beside their presence. */
export async function copyPersonal(users: readonly UserKey[], { from, to }: Stores): Promise<void> {
  await Promise.all(
    users.flatMap((user) =>
      PERSONAL.map(async (collectionOf) => {
        const collection = collectionOf(user);
        const texts = await documentsOf(from, user).all(collection);
        if (texts.size > 0) await replace(documentsOf(to, user), collection, texts);
      }),
    ),
  );
}

/** Whether a user has there what they have here. */
export async function samePersonal(user: UserKey, { from, to }: Stores): Promise<boolean> {
  for (const collectionOf of PERSONAL) {
    const collection = collectionOf(user);
    const [here, there] = await Promise.all([
      documentsOf(from, user).all(collection),
      documentsOf(to, user).all(collection),
    ]);
    if (here.size !== there.size) return false;
    for (const [id, text] of here) if (there.get(id) !== text) return false;
  }
  return true;
}

/** Copies when each calendar feed is to be fetched, to the partition that its user has there. */
export async function copyFeedIndex({ from, to }: Stores): Promise<void> {
  const divided = Array.from({ length: to.partitions }, () => new Map<string, string>());
  for (let partition = 0; partition < from.partitions; partition++) {
    for (const [id, text] of await from.documentsOf(partition).all(FEED_INDEX)) {
      divided[to.partitionOf(userOf(id))]?.set(id, text);
    }
  }
  for (const [partition, texts] of divided.entries()) {
    await replace(to.documentsOf(partition), FEED_INDEX, texts);
  }
}

function documentsOf(store: PresenceStore, user: UserKey): DocumentStore {
  return store.documentsOf(store.partitionOf(user));
}
