import type { Zone } from '../calendar/event.ts';
import type { Clock } from '../clock.ts';
import { advance } from '../engine/advance.ts';
import type { PresenceCommand } from '../engine/command.ts';
import { admits, type Directory, mustAdmit } from '../presence/directory.ts';
import { createQueues } from '../queues.ts';
import { DocumentsChanged, StoreUnavailable } from '../store/errors.ts';
import type { DocumentEdit, PresenceStore, UserKey } from '../store/store.ts';
import { headEdit, isHead, type KeptMailbox, mailboxCollection, readKept } from './documents.ts';
import type { Mailboxes } from './mailboxes.ts';
import { homeZone } from './settings/settings.ts';
import type { Window, WindowOf } from './window.ts';

/** How soon somebody looks at a mailbox whose writer said that it would write, and nothing more. */
export const LOOK_AFTER_MS = 10_000;

/** How often a write begins anew because another one, on another server, came first. */
const MOST_TRIES = 10;

/** When to come back after that. */
const RETRY_AFTER_MS = 1000;

/** Documents forgotten in one write. */
const SLICE = 500;

/** How soon it is looked again at the mailbox of somebody who may not be here now. */
const ABSENT_MS = 3_600_000;

/** Who causes what no app asked for: a refill, an erasure. */
const SELF = 'porchlight';

export interface MailboxesParts {
  readonly store: Pick<PresenceStore, 'partitionOf' | 'documentsOf' | 'read' | 'update'>;
  readonly clock: Clock;
  readonly directory: Directory;
  /** What follows from the documents of a mailbox for presence. Never rejects. */
  readonly windowOf: WindowOf;
}

/** A mailbox, and what the record of its owner knows of it. */
interface Found extends KeptMailbox {
  /** The last revision that the record was told of. */
  readonly awaited: number;
}

/**
 * Documents and presence are two commits, and a process may die between them. So a write goes in three steps:
 * the record is marked with the revision that is to come, the documents are written with that revision, and
 * the record is told what follows. A mark that stays is due after ten seconds, and `refill` then does what is
 * left; it first takes the revision itself, so that a writer that is only slow finds its write refused and
 * begins anew (docs/decisions/0062-calendar-window.md).
 */
export function createMailboxes({ store, clock, directory, windowOf }: MailboxesParts): Mailboxes {
  const inTurn = createQueues();
  const documentsOf = (user: UserKey) => store.documentsOf(store.partitionOf(user));

  async function find(user: UserKey): Promise<Found> {
    const [kept, [record]] = await Promise.all([
      readKept(documentsOf(user), user),
      store.read(user.tenantId, [user.userId]),
    ]);
    return { ...kept, awaited: record?.facts.calendar?.awaited ?? 0 };
  }

  async function execute(user: UserKey, command: PresenceCommand): Promise<void> {
    const nowMs = clock.nowMs();
    await store.update(user, nowMs, (record) => advance(record, nowMs, command));
  }

  /** Whether the mailbox was still the one found, and has the edits and the revision now. */
  async function commit(
    user: UserKey,
    found: KeptMailbox,
    revision: number,
    edits: readonly DocumentEdit[],
  ): Promise<boolean> {
    try {
      await documentsOf(user).write([headEdit(user, found, revision), ...edits]);
      return true;
    } catch (error) {
      if (error instanceof DocumentsChanged) return false;
      throw error;
    }
  }

  async function tell(user: UserKey, appId: string, revision: number, window: Window) {
    const { spans, outOfOffice, refillAtMs } = window;
    const command = {
      kind: 'setCalendar',
      appId,
      revision,
      spans,
      outOfOffice,
      refillAtMs,
    } as const;
    try {
      await execute(user, command);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      // The documents are kept, and the mark stands: this is made good within seconds.
      throw new StoreUnavailable(error.message, error.retryAfterMs, {
        cause: error,
        mayBeKept: true,
      });
    }
  }

  /** Marks, writes and tells; whether it did, or another write came first. */
  async function change(
    user: UserKey,
    appId: string,
    found: Found,
    edits: readonly DocumentEdit[],
    windowAt: (nowMs: number) => Promise<Window>,
  ): Promise<boolean> {
    const revision = Math.max(found.revision, found.awaited) + 1;
    const lookAtMs = clock.nowMs() + LOOK_AFTER_MS;
    await execute(user, { kind: 'awaitCalendar', appId, revision, lookAtMs });
    if (!(await commit(user, found, revision, edits))) return false;
    await tell(user, appId, revision, await windowAt(clock.nowMs()));
    return true;
  }

  /** Does `attempt` until it has done it. */
  async function until(user: UserKey, attempt: () => Promise<boolean>): Promise<void> {
    await inTurn(mailboxCollection(user), async () => {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        if (await attempt()) return;
      }
      throw new StoreUnavailable('others write to the same mailbox all the time', RETRY_AFTER_MS);
    });
  }

  /** Forgets so many documents; whether these were the last. */
  async function eraseSome(user: UserKey): Promise<boolean> {
    let isDone = false;
    await until(user, async () => {
      const found = await find(user);
      isDone = found.documents.size <= SLICE;
      if (found.head === null && found.awaited === 0) return true;
      const collection = mailboxCollection(user);
      const ids = [...found.documents.keys()].slice(0, SLICE);
      const edits = ids.map((id) => ({ collection, id, text: undefined }));
      const left = new Map(found.documents);
      for (const id of ids) left.delete(id);
      return change(user, SELF, found, edits, (nowMs) => following(user, left, nowMs));
    });
    return isDone;
  }

  /** What follows from a mailbox now: nothing while its owner is deactivated, or no longer listed. */
  const following: WindowOf = async (user, documents, nowMs) => {
    if (admits(directory, user) || documents.size === 0) return windowOf(user, documents, nowMs);
    return { spans: [], outOfOffice: null, refillAtMs: nowMs + ABSENT_MS };
  };

  return {
    async read(user) {
      return (await readKept(documentsOf(user), user)).documents;
    },

    write: (user, appId, changed) =>
      until(user, async () => {
        mustAdmit(directory, user);
        const found = await find(user);
        const edits = changed(found.documents);
        if (edits.length === 0) return true;
        if (edits.some(({ id }) => isHead(id))) throw new TypeError('the head is not for others');
        const collection = mailboxCollection(user);
        const documents = new Map(found.documents);
        for (const { id, text } of edits) {
          if (text === undefined) documents.delete(id);
          else documents.set(id, text);
        }
        return change(
          user,
          appId,
          found,
          edits.map(({ id, text }) => ({ collection, id, text })),
          (nowMs) => windowOf(user, documents, nowMs),
        );
      }),

    refill: (user) =>
      until(user, async () => {
        const found = await find(user);
        const revision = Math.max(found.revision, found.awaited);
        if (revision === 0) return true;
        if (revision > found.revision && !(await commit(user, found, revision, []))) return false;
        const window = await following(user, found.documents, clock.nowMs());
        await tell(user, SELF, revision, window);
        return true;
      }),

    async zoneOf(user): Promise<Zone> {
      return homeZone((await readKept(documentsOf(user), user)).documents);
    },

    async erase(user) {
      while (!(await eraseSome(user)));
    },
  };
}
