import { type Advanced, NEW_RECORD } from '../../engine/advance.ts';
import { NEVER_MS } from '../../engine/facts.ts';
import { ByteWriter } from '../bytes.ts';
import { dueAfter } from '../due-index.ts';
import { DocumentsChanged, LeaseLost, StoreUnavailable } from '../errors.ts';
import type { Slot } from '../record-cache.ts';
import type { DocumentEdit, Lease, Step, StoreHealth, UserKey } from '../store.ts';
import { causeOf, prepare } from './commit.ts';
import type { Database } from './database.ts';
import { readDocument } from './documents.ts';
import { nextInFeed, oldestInFeed } from './feed.ts';
import { Group } from './group.ts';
import { documentName } from './keys.ts';
import type { Hint } from './line.ts';
import { putFence, readFence, readHolder } from './meta.ts';
import { readRecord } from './records.ts';
import { Writability } from './writability.ts';
import { MAX_WAITING, MAX_WAITING_CHARACTERS, type Writes } from './writes.ts';
import type { Written } from './written.ts';

/** How much one transaction takes on: the other processes wait for its end. */
const MAX_IN_GROUP = 2000;

/** One call that waits. */
interface Call {
  /** Within the transaction: adds to the group what it asks for. What it throws fails this call alone. */
  readonly join: (group: SharedGroup) => void;
  readonly kept: () => void;
  readonly lost: (reason: Error) => void;
  /** Of the texts of documents. */
  readonly characters: number;
  fault?: unknown;
}

class SharedGroup extends Group {
  /** A lease that was taken. */
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
  #waiting: Call[] = [];
  #flying: readonly Call[] | undefined;
  #done: Promise<void> = Promise.resolve();
  #characters = 0;
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
    if (!this.#writability.health().writable && this.#flying === undefined) {
      // What keeps nothing is answered all the same, from what is committed; nothing comes before it.
      this.#database.root.resetReadTxn();
      const found = readRecord(this.#database, tenantId, userId);
      const { advanced, keepsNothing } = stepped(found, nowMs, step);
      if (keepsNothing) return advanced;
    }
    return this.#enter((group) => {
      const found = group.draft(user) ?? readRecord(this.#database, tenantId, userId);
      const { advanced, armedMs, keepsNothing } = stepped(found, nowMs, step);
      if (!keepsNothing) group.add(user, found, armedMs, advanced);
      return advanced;
    });
  }

  trim(beforeMs: number, limit: number): Promise<number> {
    return this.#enter((group) => {
      const forgotten = group.forget.at(-1) ?? 0;
      const counters = oldestInFeed(this.#database, beforeMs, limit, forgotten);
      group.forget.push(...counters);
      return counters.length;
    });
  }

  write(edits: readonly DocumentEdit[], under?: Lease): Promise<void> {
    if (this.#characters >= MAX_WAITING_CHARACTERS) {
      const reason = 'documents of 64 MB and more wait for the disk already';
      return Promise.reject(new StoreUnavailable(reason, 1000));
    }
    const characters = edits.reduce((sum, { text }) => sum + (text?.length ?? 0), 0);
    return this.#enter((group) => {
      if (under !== undefined) this.#checkLease(group, under);
      for (const edit of edits) this.#check(group, edit);
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
    while (this.#flying !== undefined || this.#waiting.length > 0) await this.#done;
  }

  #enter<Result>(take: (group: SharedGroup) => Result, characters = 0): Promise<Result> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.length + (this.#flying?.length ?? 0);
      if (waiting >= MAX_WAITING) {
        throw new StoreUnavailable(`${waiting} updates wait for the disk already`, 1000);
      }
      this.#writability.admit();
      let result: Result;
      const call: Call = {
        join(group) {
          result = take(group);
        },
        kept: () => ('fault' in call ? reject(call.fault) : resolve(result)),
        lost: reject,
        characters,
      };
      this.#characters += characters;
      this.#waiting.push(call);
      if (this.#flying === undefined) this.#send();
    });
  }

  /** Asks for the next transaction; who comes until it begins is in it as well. */
  #send(): void {
    if (this.#waiting.length === 0) return;
    this.#flying = [];
    this.#done = this.#transact();
  }

  async #transact(): Promise<void> {
    const { root } = this.#database;
    let outcome: SharedGroup | undefined;
    let fault: unknown;
    try {
      const isTrial = !this.#writability.health().writable;
      this.#writability.commitBegins();
      // After some failures LMDB begins no transaction any more. Here it says so; below it would wait for ever.
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
    this.#flying = this.#waiting.splice(0, MAX_IN_GROUP);
    const { meta } = this.#database;
    if (readHolder(meta)?.nonce !== this.#holder) {
      throw new Error('the store is served by another program by now');
    }
    const group = new SharedGroup();
    for (const call of this.#flying) {
      try {
        call.join(group);
      } catch (error) {
        call.fault = error;
      }
    }
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
    const calls = this.#leave();
    this.#send();
    for (const { kept } of calls) kept();
    if (group.feed.length > 0) this.#onCommitted('changes');
    if (group.documents.size > 0) this.#onCommitted('documents');
  }

  #lost(cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const unavailable = this.#writability.commitFailed(`a commit failed: ${reason}`);
    const calls = [...this.#leave(), ...this.#waiting.splice(0)];
    this.#characters = 0;
    for (const { lost } of calls) lost(unavailable);
  }

  #leave(): readonly Call[] {
    const calls = this.#flying ?? [];
    this.#flying = undefined;
    for (const { characters } of calls) this.#characters -= characters;
    return calls;
  }

  #fence(group: SharedGroup): number {
    return group.fence ?? readFence(this.#database.meta);
  }

  #checkLease(group: SharedGroup, { partition, fence }: Lease): void {
    const isHeld = fence > this.#released && fence === this.#fence(group);
    if (!isHeld) throw new LeaseLost(partition);
  }

  #check(group: SharedGroup, { collection, id, was }: DocumentEdit): void {
    if (was === undefined) return;
    const name = documentName(collection, id);
    const text = group.documents.has(name)
      ? group.documents.get(name)
      : readDocument(this.#database, name);
    if ((text ?? null) !== was) throw new DocumentsChanged(collection, id);
  }
}

/** What a step makes of the record that was found, and when the user is due then. */
function stepped(found: Slot | undefined, nowMs: number, step: Step) {
  const before = found === undefined ? NEW_RECORD : found.record;
  const foundArmedMs = found === undefined ? NEVER_MS : found.armedMs;
  const advanced = step(before);
  const { record, changes, refusal } = advanced;
  const armedMs = dueAfter(foundArmedMs, record.untilMs, nowMs);
  const keepsNothing =
    refusal !== undefined ||
    (record === before && armedMs === foundArmedMs && changes.length === 0);
  return { advanced, armedMs, keepsNothing };
}
