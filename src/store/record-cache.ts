import type { StoredRecord } from './codec.ts';

/** A user's stored record together with whose it is. */
export interface Slot extends StoredRecord {
  readonly tenantId: string;
  readonly userId: string;
}

/**
 * The committed records used last, decoded. Two generations: what is used moves to the young one;
 * when that is full, it becomes the old one, and what was not used since it last did is dropped.
 * Half the cost of a list in order of use for a read, and none for writing a user known already.
 *
 * Keyed by the user id alone, which spares joining strings on each read; should two tenants have a
 * user of the same id, one of them is remembered at a time.
 */
export class RecordCache<Kept extends Slot = Slot> {
  readonly #generationSize: number;
  #young = new Map<string, Kept>();
  #old = new Map<string, Kept>();

  /** Holds `max` records at most, and at least the half of that used last. */
  constructor(max: number) {
    this.#generationSize = Math.ceil(max / 2);
  }

  get(tenantId: string, userId: string): Kept | undefined {
    const young = this.#young.get(userId);
    if (young !== undefined) return young.tenantId === tenantId ? young : undefined;
    const old = this.#old.get(userId);
    if (old === undefined || old.tenantId !== tenantId) return undefined;
    this.set(old);
    return old;
  }

  set(slot: Kept): void {
    this.#young.set(slot.userId, slot);
    if (this.#young.size < this.#generationSize) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
