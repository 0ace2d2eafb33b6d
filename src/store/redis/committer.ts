import { randomBytes } from 'node:crypto';
import type { Advanced } from '../../engine/advance.ts';
import { ByteWriter } from '../bytes.ts';
import { StoreUnavailable } from '../errors.ts';
import type { Step, UserKey } from '../store.ts';
import { commit } from './commit.ts';
import { type Draft, Drafts, type Job } from './drafts.ts';
import { recordKey } from './keys.ts';
import { type Link, RETRY_AFTER_MS } from './link.ts';
import type { Found, Records } from './records.ts';
import type { Tenure } from './tenure.ts';

/** How many updates may wait. More are refused: they would wait for seconds. */
const MAX_WAITING = 100_000;

/** Updates of one script: Redis does nothing else while it runs. */
const MAX_GROUP = 500;

/** How often an update may find that somebody else was faster. */
const MAX_ATTEMPTS = 8;

export interface CommitterParts {
  readonly link: Link;
  readonly records: Records;
  readonly tenure: Tenure;
  readonly keepIdleMs: number;
  readonly onChanges: () => void;
}

/**
 * Group commit: one group is on its way while the next collects. What one turn of the event loop brings
 * goes in one script, in the order in which it came.
 */
export class Committer {
  readonly #parts: CommitterParts;
  readonly #writer = new ByteWriter();
  readonly #origin = randomBytes(4);
  #versions = 0;
  #collecting: Job[] = [];
  #carryingOut: Promise<void> | undefined;
  #isSending = false;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  /** @throws StoreUnavailable, StoreUnusable for a record that can't be read, TypeError */
  async update(user: UserKey, nowMs: number, step: Step): Promise<Advanced> {
    // Of ids that make no key only their own update fails.
    const key = recordKey(user);
    const name = `${user.tenantId}/${user.userId}`;
    this.#parts.tenure.admit();
    if (this.#collecting.length >= MAX_WAITING) {
      throw new StoreUnavailable(`${MAX_WAITING} updates wait already`, RETRY_AFTER_MS);
    }
    return new Promise((resolve, reject) => {
      this.#collecting.push({ user, name, key, nowMs, step, resolve, reject });
      this.#sendSoon();
    });
  }

  /** Waits until nothing is under way. */
  async settled(): Promise<void> {
    while (this.#carryingOut !== undefined || this.#collecting.length > 0) {
      await (this.#carryingOut ?? new Promise((resolve) => setImmediate(resolve)));
    }
  }

  #sendSoon(): void {
    if (this.#isSending) return;
    this.#isSending = true;
    // Not at once: what else this turn of the event loop brings goes along.
    setImmediate(() => {
      this.#carryingOut = this.#sendAll().finally(() => {
        this.#carryingOut = undefined;
        this.#isSending = false;
        // What has come since the last look.
        if (this.#collecting.length > 0) this.#sendSoon();
      });
    });
  }

  async #sendAll(): Promise<void> {
    while (this.#collecting.length > 0) {
      const group = this.#collecting.splice(0, MAX_GROUP);
      try {
        await this.#carryOut(group);
      } catch (error) {
        this.#lost(group, error);
      }
    }
  }

  async #carryOut(group: readonly Job[]): Promise<void> {
    const { link, records, tenure, keepIdleMs, onChanges } = this.#parts;
    const users = new Map(group.map(({ name, user }) => [name, user]));
    const found = new Map<string, Found>();
    const known = await records.known([...users.values()]);
    for (const [at, name] of [...users.keys()].entries()) {
      found.set(name, known[at] ?? (() => undefined));
    }
    let left = group;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const drafts = new Drafts(found);
      for (const job of left) drafts.take(job);
      const all = drafts.all;
      if (all.length === 0) return;
      const version = this.#nextVersion();
      this.#writer.reset();
      const deadlineMs = tenure.deadlineMs();
      const terms = { lease: tenure.value, deadlineMs, version, keepIdleMs };
      const committed = await commit(link, this.#writer, drafts, terms);
      if (!committed.isOurs) {
        // It may have run out while Redis was away.
        await tenure.renew();
        tenure.admit();
        continue;
      }
      const { refused } = committed;
      if (refused.size > 0) left = left.filter(({ name }) => isAmong(refused.keys(), name));
      this.#kept(
        all.filter((draft) => !refused.has(draft)),
        version,
      );
      if (drafts.changes.some(({ draft }) => !refused.has(draft))) onChanges();
      for (const [{ user, name }, value] of refused) {
        found.set(name, () => records.decode(user, value));
      }
      if (refused.size === 0) return;
    }
    const tooOften = new StoreUnavailable(
      `${link.name}: others kept changing the same user`,
      RETRY_AFTER_MS,
    );
    for (const { reject } of left) reject(tooOften);
  }

  #kept(drafts: readonly Draft[], version: Buffer): void {
    const written = drafts.filter(({ isCheck }) => !isCheck);
    this.#parts.records.committed(
      written.map(({ user, record, armedMs }) => ({ ...user, record, armedMs, version })),
    );
    for (const { done } of drafts) for (const { job, advanced } of done) job.resolve(advanced);
  }

  /** A group failed as a whole, and what waits behind it would only wait for the same. */
  #lost(group: readonly Job[], error: unknown): void {
    const { records, tenure } = this.#parts;
    const reason = error instanceof Error ? error.message : String(error);
    records.doubt();
    tenure.doubt(reason);
    // Those that were settled already don't hear of it.
    for (const { reject } of group) reject(error);
    const behind = this.#collecting.splice(0);
    for (const { reject } of behind) reject(new StoreUnavailable(reason, RETRY_AFTER_MS));
  }

  /** Eight bytes that no other record has: four of this store's own, and a count. */
  #nextVersion(): Buffer {
    this.#versions = (this.#versions + 1) % 2 ** 32;
    const version = Buffer.alloc(8);
    if (this.#versions === 0) this.#origin.set(randomBytes(4));
    version.set(this.#origin);
    version.writeUInt32BE(this.#versions, 4);
    return version;
  }
}

function isAmong(drafts: Iterable<Draft>, name: string): boolean {
  for (const draft of drafts) if (draft.name === name) return true;
  return false;
}
