import type { PresenceStore } from '../store/store.ts';
import { copyPersonal } from './personal.ts';

export interface UserCopyParts {
  readonly from: PresenceStore;
  readonly to: PresenceStore;
  readonly nowMs: () => number;
}

const BY_TIME = { kind: 'time' } as const;

/** Trimmed at a time. */
const TRIMMED = 1000;

/**
 * Writes records as they are, with due entries and without changes, and what is kept beside them.
 *
 * But for one: the first user of a partition goes with a change that changes nothing, which is forgotten at the
 * end. Where places are instants, those that another store gave out are before the start of the feed then, and
 * who comes with one begins anew, instead of reading on with what is missing between the two.
 */
export class UserCopy {
  readonly #parts: UserCopyParts;
  readonly #marked = new Set<number>();

  constructor(parts: UserCopyParts) {
    this.#parts = parts;
  }

  /** @throws StoreUnavailable; some of them may be there then, which does no harm */
  async write(tenantId: string, userIds: readonly string[]): Promise<void> {
    const { from, to, nowMs } = this.#parts;
    const records = await from.read(tenantId, userIds);
    // First: a record that is there is looked after by what its mailbox says.
    const users = userIds.map((userId) => ({ tenantId, userId }));
    await copyPersonal(users, this.#parts);
    await Promise.all(
      userIds.map((userId, at) => {
        const record = records[at];
        // It expired since it was listed.
        if (record === undefined) return undefined;
        const user = { tenantId, userId };
        const { number, presence } = record;
        const mark = { number, atMs: nowMs(), before: presence, after: presence, cause: BY_TIME };
        const changes = this.#marks(to.partitionOf(user)) ? [mark] : [];
        return to.update(user, nowMs(), () => ({ record, changes }));
      }),
    );
  }

  /** Forgets the changes that changed nothing. */
  async forgetMarks(): Promise<void> {
    const { to } = this.#parts;
    for (let partition = 0; partition < to.partitions; partition++) {
      while ((await to.trimFeed(partition, Number.POSITIVE_INFINITY, TRIMMED)) > 0);
    }
  }

  #marks(partition: number): boolean {
    if (this.#marked.has(partition)) return false;
    this.#marked.add(partition);
    return true;
  }
}
