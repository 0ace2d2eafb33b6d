import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { DocumentEdit, DocumentStore } from '../store/store.ts';
import { claimedNames } from './claimed-names.ts';
import type { KeptUsers } from './kept-users.ts';
import { directoryCollection, storedText } from './stored-user.ts';
import { type User, userWith } from './user.ts';

/** How many users are learnt in all tenants together. About 50 MB of memory, and 30 MB in the store. */
const MOST_LEARNT = 100_000;

/** How many wait to be kept. Of those beyond it nothing is learnt: each token that comes anew is another chance. */
const MOST_PENDING = 10_000;

/** Names wait this long, so that many are one write. */
const GATHER_MS = 1000;

/** How long after a failed write the next one is tried. */
const RETRY_MS = 5000;

/** Users in one write. */
const SLICE = 500;

export interface LearnerParts {
  readonly documents: DocumentStore;
  /** The kept users of a tenant; undefined for a tenant that isn't served. */
  readonly keptOf: (tenantId: string) => KeptUsers | undefined;
  /** How many users are kept, of all tenants. */
  readonly keptCount: () => number;
  /** Whether a better source knows the user: then nothing is learnt of them. */
  readonly isListed: (tenantId: string, userId: string) => boolean;
  readonly clock: Clock;
  readonly mostLearnt?: number;
  readonly mostPending?: number;
  /** Told when names can't be kept, or no more users are learnt. */
  readonly onError: (error: unknown) => void;
}

/** Learns from tokens what their users are called. */
export interface Learner {
  /** Takes in what a token says. Known on this server at once, kept a little later. */
  learn(caller: Caller, claims: Readonly<Record<string, unknown>>): void;
  /** Learns no more, and keeps what waits, if the store takes it. */
  stop(): Promise<void>;
}

export function createLearner(parts: LearnerParts): Learner {
  const { documents, keptOf, keptCount, isListed, clock, onError } = parts;
  const { mostLearnt = MOST_LEARNT, mostPending = MOST_PENDING } = parts;
  /** Who is to be kept, by tenant and id. */
  const pending = new Map<string, Map<string, User>>();
  let isFull = false;
  let isStopped = false;
  let writing: Promise<void> | undefined;
  let callOff: (() => void) | undefined;

  function pendingCount(): number {
    let count = 0;
    for (const { size } of pending.values()) count += size;
    return count;
  }

  function put(tenantId: string, { users }: KeptUsers, user: User): void {
    users.put(user);
    const waiting = pending.get(tenantId) ?? new Map<string, User>();
    pending.set(tenantId, waiting.set(user.id, user));
    writeLater(GATHER_MS);
  }

  function writeLater(inMs: number): void {
    if (writing !== undefined || isStopped) return;
    callOff ??= clock.alarm(clock.nowMs() + inMs, () => {
      callOff = undefined;
      void write();
    });
  }

  /** Writes until nothing waits, or until the store takes nothing. */
  function write(): Promise<void> {
    writing ??= writeAll()
      .then(
        () => GATHER_MS,
        (error) => {
          onError(error);
          return RETRY_MS;
        },
      )
      .then((pauseMs) => {
        writing = undefined;
        if (pending.size > 0) writeLater(pauseMs);
      });
    return writing;
  }

  async function writeAll(): Promise<void> {
    for (const [tenantId, waiting] of pending) {
      const collection = directoryCollection(tenantId);
      while (waiting.size > 0) {
        const users = [...waiting.values()].slice(0, SLICE);
        await documents.write(users.map((user) => editOf(collection, user)));
        // Some may be called otherwise again since.
        for (const user of users) if (waiting.get(user.id) === user) waiting.delete(user.id);
      }
      pending.delete(tenantId);
    }
  }

  function noteFull(): void {
    if (isFull) return;
    isFull = true;
    onError(new Error(`${mostLearnt} users are known from their tokens: no more are learnt`));
  }

  return {
    learn({ tenantId, userId }, claims) {
      const kept = keptOf(tenantId);
      if (isStopped || userId === null || kept === undefined) return;
      if (isListed(tenantId, userId)) return;
      const names = claimedNames(claims);
      if (Object.keys(names).length === 0) return;
      const { users } = kept;
      const known = users.get(userId);
      if (known !== undefined && (known.source === 'scim' || agrees(known, names))) return;
      if (known === undefined && keptCount() >= mostLearnt) return noteFull();
      if (pendingCount() >= mostPending) return;

      // The issuer gives a name to one at a time, so whoever had it before has it no more.
      const holder = users.named(names.userPrincipalName ?? '');
      if (holder !== undefined && holder.id !== userId) {
        if (holder.source === 'scim') return;
        put(tenantId, kept, { ...holder, userPrincipalName: null });
      }
      put(tenantId, kept, userWith({ ...known, ...names, id: userId, source: 'token' }));
    },

    async stop() {
      isStopped = true;
      callOff?.();
      await writing;
      if (pending.size > 0) await writeAll().catch(onError);
    },
  };
}

/** What a token doesn't say stays as it is known. */
function agrees(known: User, names: object): boolean {
  return Object.entries(names).every(([field, name]) => known[field as keyof User] === name);
}

function editOf(collection: string, user: User): DocumentEdit {
  return { collection, id: user.id, text: storedText(user) };
}
