import { decodeRecord } from '../codec.ts';
import { readingValue } from '../damage.ts';
import { RecordCache, type Slot } from '../record-cache.ts';
import type { UserKey } from '../store.ts';
import { RECORD, recordKey } from './keys.ts';
import type { Link } from './link.ts';
import { bytesOrNone, list } from './reply.ts';

const VERSION_BYTES = 8;

/** A record with the version by which Redis knows whether it still is the one that it has. */
export interface VersionedSlot extends Slot {
  readonly version: Buffer;
}

/** What is found under a user's key: nothing, a record, or what can't be read, which throws. */
export type Found = () => VersionedSlot | undefined;

/**
 * The records in Redis. Those written last are remembered, to spare asking before a write, which finds out
 * whether they are out of date; a read asks always.
 */
export class Records {
  readonly #link: Link;
  readonly #cache: RecordCache<VersionedSlot>;

  constructor(link: Link, cachedRecords: number) {
    this.#link = link;
    this.#cache = new RecordCache(cachedRecords);
  }

  /** What Redis has of these users now, in their order. @throws StoreUnavailable, TypeError */
  async read(users: readonly UserKey[]): Promise<Found[]> {
    if (users.length === 0) return [];
    const values = list(await this.#link.ask('MGET', users.map(recordKey)));
    return users.map((user, at) => () => this.decode(user, bytesOrNone(values[at])));
  }

  /** What is known of these users, asking Redis for the others. @throws StoreUnavailable */
  async known(users: readonly UserKey[]): Promise<Found[]> {
    const cached = users.map(({ tenantId, userId }) => this.#cache.get(tenantId, userId));
    const unknown = users.filter((_, at) => cached[at] === undefined);
    const read = (await this.read(unknown)).values();
    return cached.map((slot) => (slot === undefined ? (read.next().value ?? none) : () => slot));
  }

  /** A value as Redis has it. @throws StoreUnusable when it is damaged or newer */
  decode({ tenantId, userId }: UserKey, value: Buffer | undefined): VersionedSlot | undefined {
    if (value === undefined) return undefined;
    const { record, armedMs } = readingValue(
      `${this.#link.name}, ${RECORD}…`,
      () => `record of user ${userId} of tenant ${tenantId}`,
      () => decodeRecord(value.subarray(VERSION_BYTES)),
    );
    return { tenantId, userId, record, armedMs, version: value.subarray(0, VERSION_BYTES) };
  }

  /** Remembers what was committed. */
  committed(slots: Iterable<VersionedSlot>): void {
    for (const slot of slots) this.#cache.set(slot);
  }

  /** Forgets what is in memory, which may not be what is in Redis. */
  doubt(): void {
    this.#cache.clear();
  }
}

function none(): undefined {
  return undefined;
}
