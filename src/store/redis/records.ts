import { NEW_RECORD, type UserRecord } from '../../engine/advance.ts';
import { NEVER_MS } from '../../engine/facts.ts';
import { decodeRecord } from '../codec.ts';
import { readingValue } from '../damage.ts';
import { partitionOfUser } from '../partition.ts';
import { RecordCache, type Slot } from '../record-cache.ts';
import type { LastKnown, UserKey } from '../store.ts';
import { partitionKeys, recordKey } from './keys.ts';
import type { Link } from './link.ts';
import { bytesOrNone, list } from './reply.ts';

const VERSION_BYTES = 8;

/** How long what was known of a user is still worth telling. */
const KNOWN_FOR_MS = 5 * 60_000;

/** The version of a user who has no record. */
const NO_VERSION = Buffer.alloc(0);

/** A record with the version by which Redis knows whether it still is the one that it has. */
export interface VersionedSlot extends Slot {
  /** Empty where there is no record. */
  readonly version: Buffer;
  /** When it was asked for, or sent, last and right; by the clock that never steps. */
  knownMs: number;
}

/** What is found under a user's key: a record, that there is none, or what can't be read, which throws. */
export type Found = () => VersionedSlot;

export interface RecordsOptions {
  readonly partitions: number;
  readonly cachedRecords: number;
}

/**
 * The records in Redis. Those used last are remembered, to spare asking before a write, which finds out
 * whether they are out of date, and to tell what was known while Redis is away; a read asks always.
 */
export class Records {
  readonly #link: Link;
  readonly #partitions: number;
  readonly #cache: RecordCache<VersionedSlot>;

  constructor(link: Link, { partitions, cachedRecords }: RecordsOptions) {
    this.#link = link;
    this.#partitions = partitions;
    this.#cache = new RecordCache(cachedRecords);
  }

  /** What Redis has of these users now, in their order. @throws StoreUnavailable, TypeError */
  async read(users: readonly UserKey[]): Promise<Found[]> {
    const askedMs = performance.now();
    const values = await this.#values(users);
    return users.map((user, at) => () => this.#remember(user, values[at], askedMs));
  }

  /** What is known of these users, asking Redis for the others. @throws StoreUnavailable */
  async known(users: readonly UserKey[]): Promise<Found[]> {
    const cached = users.map(({ tenantId, userId }) => this.#cache.get(tenantId, userId));
    const unknown = users.filter((_, at) => cached[at] === undefined);
    const read = (await this.read(unknown)).values();
    return users.map((user, at) => {
      const slot = cached[at];
      if (slot !== undefined) return () => slot;
      return read.next().value ?? (() => this.decode(user, undefined));
    });
  }

  /** What was known of these users; undefined unless that is all of them. */
  lastKnown(tenantId: string, userIds: readonly string[]): LastKnown | undefined {
    const nowMs = performance.now();
    const records: (UserRecord | undefined)[] = [];
    let ageMs = 0;
    for (const userId of userIds) {
      const slot = this.#cache.get(tenantId, userId);
      if (slot === undefined) return undefined;
      ageMs = Math.max(ageMs, nowMs - slot.knownMs);
      records.push(recordOf(slot));
    }
    return ageMs < KNOWN_FOR_MS ? { records, ageMs: Math.ceil(ageMs) } : undefined;
  }

  /** A value as Redis has it. @throws StoreUnusable when it is damaged or newer */
  decode(user: UserKey, value: Buffer | undefined, knownMs = performance.now()): VersionedSlot {
    const { tenantId, userId } = user;
    if (value === undefined) {
      const none = { record: NEW_RECORD, armedMs: NEVER_MS, version: NO_VERSION };
      return { tenantId, userId, ...none, knownMs };
    }
    const { record, armedMs } = readingValue(
      () => `${this.#link.name}, ${partitionKeys(partitionOfUser(user, this.#partitions)).record}…`,
      () => `record of user ${userId} of tenant ${tenantId}`,
      () => decodeRecord(value.subarray(VERSION_BYTES)),
    );
    // A copy, which doesn't keep the whole answer in memory.
    const version = Buffer.from(versionOf(value));
    return { tenantId, userId, record, armedMs, version, knownMs };
  }

  /** Remembers what was committed. */
  committed(slots: Iterable<VersionedSlot>): void {
    for (const slot of slots) this.#cache.set(slot);
  }

  /** What Redis answered, which is remembered unless more is known by now. */
  #remember(user: UserKey, value: Buffer | undefined, askedMs: number): VersionedSlot {
    const cached = this.#cache.get(user.tenantId, user.userId);
    if (cached?.version.equals(versionOf(value))) {
      // Nothing has two contents of one version, so it needn't be decoded again.
      cached.knownMs = Math.max(cached.knownMs, askedMs);
      return cached;
    }
    const slot = this.decode(user, value, askedMs);
    // A commit may have overtaken the answer.
    if (cached === undefined || cached.knownMs < askedMs) this.#cache.set(slot);
    return slot;
  }

  async #values(users: readonly UserKey[]): Promise<(Buffer | undefined)[]> {
    const values: (Buffer | undefined)[] = new Array(users.length);
    const asked = this.#keys(users).map(async ({ keys, places }) => {
      const [first] = keys;
      if (first === undefined) return;
      const reply = list(await this.#link.ask(first, 'MGET', keys));
      for (const [at, place] of places.entries()) values[place] = bytesOrNone(reply[at]);
    });
    await Promise.all(asked);
    return values;
  }

  /**
   * The keys of records in as many lists as one command each can ask for: a cluster takes one slot at a time.
   */
  #keys(users: readonly UserKey[]): AskedTogether[] {
    const lists = new Map<number, AskedTogether>();
    for (const [place, user] of users.entries()) {
      const partition = partitionOfUser(user, this.#partitions);
      const name = this.#link.kind === 'cluster' ? partition : 0;
      const together = lists.get(name) ?? { keys: [], places: [] };
      lists.set(name, together);
      together.keys.push(recordKey(partition, user));
      together.places.push(place);
    }
    return [...lists.values()];
  }
}

interface AskedTogether {
  readonly keys: Buffer[];
  /** Whose they are: places in the list of users. */
  readonly places: number[];
}

/** The record as the contract gives it. */
export function recordOf({ record, version }: VersionedSlot): UserRecord | undefined {
  return version.length === 0 ? undefined : record;
}

/** The version in a value as Redis has it. */
export function versionOf(value: Buffer | undefined): Buffer {
  return value === undefined ? NO_VERSION : value.subarray(0, VERSION_BYTES);
}
