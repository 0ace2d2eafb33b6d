import type { Advanced } from '../../engine/advance.ts';
import { ByteWriter } from '../bytes.ts';
import { LeaseLost } from '../errors.ts';
import type { DocumentEdit, Lease, Step, StoreHealth, UserKey } from '../store.ts';
import { checkWaitingCharacters } from './backlog.ts';
import { Calls } from './calls.ts';
import { causeOf, prepare } from './commit.ts';
import type { Database } from './database.ts';
import { checkBasis } from './document-basis.ts';
import { nextInFeed, oldestInFeed } from './feed.ts';
import { Group } from './group.ts';
import { placedHistory } from './history.ts';
import type { Hint } from './line.ts';
import { putFence, readFence, readHolder } from './meta.ts';
import { readRecord } from './records.ts';
import { takeStep } from './take-step.ts';
import { Writability } from './writability.ts';
import type { Writes } from './writes.ts';
import type { Written } from './written.ts';

/** How much one transaction takes on: the other processes wait for its end. */
const MAX_IN_GROUP = 2000;

class SharedGroup extends Group {
  /** Of the lease, if it was taken. */
  fence: number | undefined;
}

/**
 * Group commit for a process that shares the file. What collects while it waits for its turn becomes one
 * transaction, and all of it is done within: records are read, stepped and put there, feed entries
 * numbered, documents and leases looked at. LMDB lets one process at a time into that, so each builds on
 * what the one before has committed, and nothing has to be tried twice.
 */
export class SharedCommitter implements Writes {
  readonly #database: Database;
  readonly #written: Written;
  readonly #holder: string;
  readonly #writability: Writability;
  readonly #onCommitted: (what: Hint) => void;
  readonly #writer = new ByteWriter();
  readonly #calls = new Calls<SharedGroup>();
  #done: Promise<void> = Promise.resolve();
  /** The greatest fence that this process has let go of. */
  #released = 0;

  constructor(
    database: Database,
    parts: {
      readonly written: Written;
      /** Nonce of the holder of the file on whose behalf this process writes. */
      readonly holder: string;
      readonly monotonicMs: () => number;
      readonly onCommitted: (what: Hint) => void;
    },
  ) {
    this.#database = database;
    this.#written = parts.written;
    this.#holder = parts.holder;
    this.#writability = new Writability(parts.monotonicMs);
    this.#onCommitted = parts.onCommitted;
  }

  async update(user: UserKey, nowMs: number, step: Step): Promise<Advanced> {
    const { tenantId, userId } = user;
    if (!this.#writability.health().writable && !this.#calls.areFlying) {
      // What keeps nothing is answered all the same, from what is committed; nothing comes before it.
      this.#database.root.resetReadTxn();
      const found = readRecord(this.#database, tenantId, userId);
      const { advanced, keepsNothing } = takeStep(found, nowMs, step);
      if (keepsNothing) return advanced;
    }
    return this.#enter((group) => {
      const found = group.draft(user) ?? readRecord(this.#database, tenantId, userId);
      const { advanced, armedMs, keepsNothing } = takeStep(found, nowMs, step);
      if (!keepsNothing) group.add(user, found, armedMs, advanced);
      return advanced;
    });
  }

  trim(beforeMs: number, limit: number): Promise<number> {
    return this.#enter((group) => {
      const forgotten = group.forget.at(-1)?.counter ?? 0;
      const oldest = oldestInFeed(this.#database, beforeMs, limit, forgotten);
      group.forget.push(...oldest);
      return oldest.length;
    });
  }

  forgetHistory(user: UserKey, limit: number): Promise<number> {
    return this.#enter((group) => {
      const placed = placedHistory(this.#database, user, 0, limit);
      group.erase.push(...placed);
      return placed.length;
    });
  }

  async write(edits: readonly DocumentEdit[], under?: Lease): Promise<void> {
    checkWaitingCharacters(this.#calls.characters);
    const characters = edits.reduce((sum, { text }) => sum + (text?.length ?? 0), 0);
    await this.#enter((group) => {
      if (under !== undefined) this.#checkLease(group, under);
      for (const edit of edits) checkBasis(edit, [group], this.#database);
      for (const edit of edits) group.edit(edit);
    }, characters);
  }

  /** Keeps the fence of a lease that was taken, unless it was taken again meanwhile: whether it did. */
  putFence(fence: number): Promise<boolean> {
    return this.#enter((group) => {
      if (this.#fence(group) >= fence) return false;
      group.fence = fence;
      return true;
    });
  }

  /** Nothing more is to be written under that fence. */
  released(fence: number): void {
    this.#released = Math.max(this.#released, fence);
  }

  health(): StoreHealth {
    return this.#writability.health();
  }

  async settled(): Promise<void> {
    while (this.#calls.areFlying || this.#calls.areWaiting) await this.#done;
  }

  #enter<Result>(take: (group: SharedGroup) => Result, characters = 0): Promise<Result> {
    const taken = this.#calls.add(take, characters, () => this.#writability.admit());
    if (!this.#calls.areFlying) this.#send();
    return taken;
  }

  #send(): void {
    if (!this.#calls.areWaiting) return;
    this.#calls.ask();
    this.#done = this.#transact();
  }

  async #transact(): Promise<void> {
    const { root } = this.#database;
    let outcome: SharedGroup | undefined;
    let fault: unknown;
    try {
      const isTrial = !this.#writability.health().writable;
      this.#writability.commitBegins();
      // After some failures LMDB begins no transaction any more. Here it says so; below it would wait for
      // ever.
      if (isTrial) root.transactionSync(() => {});
      await root.transaction(() => {
        try {
          outcome = this.#inTransaction();
        } catch (error) {
          // Not thrown: LMDB commits what was put all the same, which is nothing, or fails by itself.
          fault = error;
        }
      });
    } catch (error) {
      fault ??= await causeOf(error);
    }
    if (outcome === undefined || fault !== undefined) this.#lost(fault);
    else this.#kept(outcome);
  }

  /** All of a group's work, while no other process writes. */
  #inTransaction(): SharedGroup {
    const { meta } = this.#database;
    if (readHolder(meta)?.nonce !== this.#holder) {
      throw new Error('the store is served by another program by now');
    }
    const group = new SharedGroup();
    this.#calls.join(group, MAX_IN_GROUP);
    this.#writer.reset();
    const names = [...group.documents.keys()];
    const note = names.length > 0 ? this.#written.prepare(this.#writer, names) : () => {};
    const counts = group.feed.length > 0 || group.forget.length > 0;
    const firstCounter = counts ? nextInFeed(this.#database) : 0;
    const put = prepare(this.#database, this.#writer, group, firstCounter);
    put();
    note();
    if (group.fence !== undefined) putFence(meta, group.fence);
    return group;
  }

  #kept(group: SharedGroup): void {
    this.#writability.commitKept();
    const tell = this.#calls.land();
    this.#send();
    tell();
    if (group.feed.length > 0) this.#onCommitted('changes');
    if (group.documents.size > 0) this.#onCommitted('documents');
  }

  #lost(cause: unknown): void {
    this.#calls.lose(this.#writability.commitFailed(cause));
  }

  #fence(group: SharedGroup): number {
    return group.fence ?? readFence(this.#database.meta);
  }

  #checkLease(group: SharedGroup, { partition, fence }: Lease): void {
    const isHeld = fence > this.#released && fence === this.#fence(group);
    if (!isHeld) throw new LeaseLost(partition);
  }
}
