import type { Advanced } from '../../engine/advance.ts';
import { ByteWriter } from '../bytes.ts';
import { StoreUnavailable } from '../errors.ts';
import type { Step, UserKey } from '../store.ts';
import { type Committed, commit } from './commit.ts';
import { Drafts, type Job } from './drafts.ts';
import { recordKey } from './keys.ts';
import { type Link, RETRY_AFTER_MS } from './link.ts';
import { type Partition, tooLate } from './partition.ts';
import { type Found, type Records, versionOf } from './records.ts';
import type { Versions } from './versions.ts';

/** How many updates may wait in a partition. More are refused: they would wait for seconds. */
const MAX_WAITING = 20_000;

/** Updates of one script: Redis does nothing else while it runs. */
const MAX_GROUP = 500;

/**
 * How often an update may find that somebody else was faster. Of several servers that write the same user
 * without a pause each wins its share, so none loses that often by chance.
 */
const MAX_ATTEMPTS = 32;

export interface CommitterParts {
  readonly link: Link;
  readonly partition: Partition;
  readonly records: Records;
  readonly versions: Versions;
  readonly keepIdleMs: number;
  /** Who says on the channel that there are changes. */
  readonly origin: string;
  /** How many replicas must have what is committed. */
  readonly replicas: number;
  readonly onChanges: () => void;
  /** A script was carried out. */
  readonly onReached: () => void;
  /** Redis couldn't be asked, or refused. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * Group commit for a partition: one group is on its way while the next collects. What one turn of the event
 * loop brings goes in one script, in the order in which it came.
 */
export class Committer {
  readonly #parts: CommitterParts;
  readonly #writer = new ByteWriter();
  #collecting: Job[] = [];
  #carryingOut: Promise<void> | undefined;
  #isSending = false;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  /** @throws StoreUnavailable, StoreUnusable for a record that can't be read, TypeError */
  async update(user: UserKey, nowMs: number, step: Step): Promise<Advanced> {
    // Of ids that make no key only their own update fails.
    const key = recordKey(this.#parts.partition.number, user);
    const name = `${user.tenantId}/${user.userId}`;
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
    const { link, partition, onReached } = this.#parts;
    const found = await this.#find(group);
    let left = group;
    let wasLate = false;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { floorMs } = partition;
      const drafts = new Drafts(found, floorMs);
      for (const job of left) drafts.take(job);
      if (drafts.all.length === 0) return;
      const committed = await this.#commit(drafts, floorMs);
      onReached();
      if (committed.isLate) {
        // Once it may be that its clock was stepped; what it shows now is known.
        if (wasLate || committed.isResent) throw tooLate(link, committed.isResent);
        wasLate = true;
        continue;
      }
      if (committed.isFloorUnknown) await partition.begin(link);
      left = this.#again(left, found, committed);
      if (left.length === 0) return;
    }
    const tooOften = `${link.name}: others kept changing the same user`;
    for (const { reject } of left) reject(new StoreUnavailable(tooOften, RETRY_AFTER_MS));
  }

  /** The records of the group's users. */
  async #find(group: readonly Job[]): Promise<Map<string, Found>> {
    const users = new Map(group.map(({ name, user }) => [name, user]));
    const known = await this.#parts.records.known([...users.values()]);
    return new Map(
      [...users.keys()].map((name, at): [string, Found] => [name, known[at] ?? notFound]),
    );
  }

  async #commit(drafts: Drafts, floorMs: number): Promise<Committed> {
    const { link, partition, versions, records, keepIdleMs, origin, replicas, onChanges } =
      this.#parts;
    const version = versions.next();
    const knownMs = performance.now();
    this.#writer.reset();
    const terms = { version, floorMs, keepIdleMs, origin, replicas };
    const committed = await commit(link, partition, this.#writer, drafts, terms);
    const { refused, isLate } = committed;
    if (isLate) return committed;
    const kept = drafts.all.filter((draft) => !refused.has(draft));
    const written = kept.filter(({ isCheck }) => !isCheck);
    records.committed(
      written.map(({ user, record, armedMs }) => ({ ...user, record, armedMs, version, knownMs })),
    );
    for (const { done } of kept) for (const { job, advanced } of done) job.resolve(advanced);
    if (drafts.changes.some(({ draft }) => !refused.has(draft))) onChanges();
    return committed;
  }

  /** The jobs of drafts that were refused, to be made again from what was there instead. */
  #again(
    jobs: readonly Job[],
    found: Map<string, Found>,
    { refused, isResent }: Committed,
  ): readonly Job[] {
    const { link, records } = this.#parts;
    const again = new Set<string>();
    for (const [draft, value] of refused) {
      const isAsFound = versionOf(value).equals(draft.found.version);
      if (isResent && !draft.isCheck && !isAsFound) {
        // The first sending may have been carried out, and what is there built on that.
        const unknown = `${link.name}: the connection broke, and the user was changed meanwhile`;
        for (const { job } of draft.done) job.reject(mayBeKept(unknown));
        continue;
      }
      again.add(draft.name);
      found.set(draft.name, () => records.decode(draft.user, value));
    }
    return jobs.filter(({ name }) => again.has(name));
  }

  /** A group failed as a whole, and what waits behind it would only wait for the same. */
  #lost(group: readonly Job[], error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.onFailed(error);
    // Those that were settled already don't hear of it.
    for (const { reject } of group) reject(error);
    const behind = this.#collecting.splice(0);
    for (const { reject } of behind) reject(new StoreUnavailable(reason, RETRY_AFTER_MS));
  }
}

function mayBeKept(reason: string): StoreUnavailable {
  return new StoreUnavailable(reason, RETRY_AFTER_MS, { mayBeKept: true });
}

function notFound(): never {
  throw new Error('a record was not asked for');
}
