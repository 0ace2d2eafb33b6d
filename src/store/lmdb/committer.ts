import type { Advanced } from '../../engine/advance.ts';
import { ByteWriter } from '../bytes.ts';
import type { Slot } from '../record-cache.ts';
import type { DocumentEdit, Step, StoreHealth, UserKey } from '../store.ts';
import { checkWaiting, checkWaitingCharacters } from './backlog.ts';
import { causeOf, commit } from './commit.ts';
import type { Database } from './database.ts';
import { checkBasis } from './document-basis.ts';
import { nextInFeed, oldestInFeed } from './feed.ts';
import { Group } from './group.ts';
import { placedHistory } from './history.ts';
import type { Records } from './records.ts';
import { takeStep } from './take-step.ts';
import { Writability } from './writability.ts';
import type { Writes } from './writes.ts';

/**
 * Group commit: one group is on its way to the disk while the next collects. An update builds on the
 * newest record of its user, committed or not, and resolves with the group it is in; so when a group
 * is lost, the one that builds on it is lost too, and nothing of either was ever shown.
 */
export class Committer implements Writes {
  readonly #database: Database;
  readonly #records: Records;
  readonly #writability: Writability;
  readonly #onChanges: () => void;
  readonly #writer = new ByteWriter();
  #nextInFeed: number;
  #trimming: Promise<unknown> = Promise.resolve();
  #collecting: Group | undefined;
  #flying: Group | undefined;

  constructor(
    database: Database,
    records: Records,
    parts: { readonly monotonicMs: () => number; readonly onChanges: () => void },
  ) {
    this.#database = database;
    this.#records = records;
    this.#writability = new Writability(parts.monotonicMs);
    this.#onChanges = parts.onChanges;
    this.#nextInFeed = nextInFeed(database);
  }

  async update(user: UserKey, nowMs: number, step: Step): Promise<Advanced> {
    let basis = this.#collecting;
    let found: Slot | undefined = basis?.draft(user);
    if (found === undefined) {
      basis = this.#flying;
      found = basis?.draft(user);
    }
    if (found === undefined) {
      basis = undefined;
      found = this.#records.get(user.tenantId, user.userId);
    }
    const { advanced, armedMs, keepsNothing } = takeStep(found, nowMs, step);
    if (keepsNothing) {
      // An answer that builds on a record not yet safe is as safe as that record.
      if (basis !== undefined) await basis.done;
      return advanced;
    }
    const group = this.#join();
    group.add(user, found, armedMs, advanced);
    await group.done;
    return advanced;
  }

  trim(beforeMs: number, limit: number): Promise<number> {
    // One at a time: the next looks at what the one before has left.
    const trimmed = this.#trimming.then(() => this.#trim(beforeMs, limit));
    this.#trimming = trimmed.catch(() => {});
    return trimmed;
  }

  async forgetHistory(user: UserKey, limit: number): Promise<number> {
    const placed = placedHistory(this.#database, user, 0, limit);
    if (placed.length === 0) return 0;
    const group = this.#join();
    group.erase.push(...placed);
    await group.done;
    return placed.length;
  }

  async write(edits: readonly DocumentEdit[]): Promise<void> {
    const pending = [this.#collecting, this.#flying];
    checkWaitingCharacters(pending.reduce((sum, group) => sum + (group?.characters ?? 0), 0));
    for (const edit of edits) checkBasis(edit, pending, this.#database);
    const group = this.#join();
    for (const edit of edits) group.edit(edit);
    await group.done;
  }

  health(): StoreHealth {
    return this.#writability.health();
  }

  async settled(): Promise<void> {
    for (;;) {
      const last = this.#collecting ?? this.#flying;
      if (last === undefined) return;
      await last.done.catch(() => {});
    }
  }

  async #trim(beforeMs: number, limit: number): Promise<number> {
    const oldest = oldestInFeed(this.#database, beforeMs, limit);
    if (oldest.length === 0) return 0;
    const group = this.#join();
    group.forget.push(...oldest);
    await group.done;
    return oldest.length;
  }

  #join(): Group {
    checkWaiting((this.#collecting?.waiting ?? 0) + (this.#flying?.waiting ?? 0));
    this.#writability.admit();
    let group = this.#collecting;
    if (group === undefined) {
      group = new Group();
      this.#collecting = group;
      // Not at once: what else this turn of the event loop brings goes along.
      if (this.#flying === undefined) setImmediate(() => this.#send());
    }
    group.waiting++;
    return group;
  }

  #send(): void {
    const group = this.#collecting;
    if (group === undefined || this.#flying !== undefined) return;
    this.#collecting = undefined;
    this.#flying = group;
    const firstCounter = this.#nextInFeed;
    // Not taken back when the commit fails: a counter may be left out, never used twice.
    this.#nextInFeed += group.feed.length;
    this.#writer.reset();
    const isTrial = !this.#writability.health().writable;
    this.#writability.commitBegins();
    commit(this.#database, this.#writer, group, firstCounter, isTrial).then(
      () => this.#kept(group),
      (error) => this.#lost(group, error),
    );
  }

  #kept(group: Group): void {
    this.#writability.commitKept();
    this.#records.committed(group.drafts);
    this.#flying = undefined;
    this.#send();
    group.kept();
    if (group.feed.length > 0) this.#onChanges();
  }

  async #lost(group: Group, error: unknown): Promise<void> {
    const cause = await causeOf(error);
    const unavailable = this.#writability.commitFailed(cause);
    const next = this.#collecting;
    this.#collecting = undefined;
    this.#flying = undefined;
    this.#records.doubt();
    group.lost(unavailable);
    next?.lost(unavailable);
  }
}
