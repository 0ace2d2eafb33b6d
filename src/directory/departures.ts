import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Clock } from '../clock.ts';
import { advance } from '../engine/advance.ts';
import { createDocumentTail } from '../presence/document-tail.ts';
import { jsonOf } from '../store/document-json.ts';
import { DocumentsChanged, StoreUnusable } from '../store/errors.ts';
import type { DocumentEdit, PresenceStore, UserKey } from '../store/store.ts';
import { DEPARTING } from './collections.ts';
import type { UserLedger } from './ledger.ts';

/** Grows when an older Porchlight could no longer read what is written. */
const FORMAT = 1;

const MARK = Type.Object({
  format: Type.Literal(FORMAT),
  sinceMs: Type.Number(),
  isDeleted: Type.Boolean(),
});
const mark = Compile(MARK);

/**
 * How long after the mark it is seen to once more. A request that was let in before ends within that time, and
 * every server has heard of the mark.
 */
export const AGAIN_AFTER_MS = 30_000;

/** When it is looked again at what failed, or wasn't this server's to do. */
const RETRY_MS = 5000;

/** Users seen to at once. */
const SLICE = 20;

/** Who causes the change that subscribers are told of. */
const SELF = 'porchlight';

/** Forgets what is kept of a user somewhere. May be asked again when all is gone already. */
export type Erase = (user: UserKey) => Promise<unknown>;

export interface DeparturesParts {
  readonly store: PresenceStore;
  readonly ledger: UserLedger;
  readonly clock: Clock;
  readonly steadyClock: Clock;
  /** Whether this server is the one that sees to what others left. */
  readonly isOurTurn: (user: UserKey) => boolean;
  /** Resolves when whoever is told of changes on this server has been told of those committed before. */
  readonly told: () => Promise<void>;
  /** What ends with somebody's being active, beside their presence, in this order. */
  readonly rights: readonly Erase[];
  /** What is theirs, and ends with them alone, in this order. */
  readonly belongings: readonly Erase[];
  /** Brings back the presence of somebody active that follows from their belongings. */
  readonly restore?: Erase;
  /** Told when a user can't be seen to; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/**
 * What becomes of all that is kept about users who are deactivated, come back, or are deleted. The mark that
 * somebody is to be seen to goes into the write that changes them, so whatever crashes when, some server sees
 * to them: at once whoever made the mark, and half a minute later whoever has the user's partition.
 */
export interface Departures {
  /** The edit that goes with a change of whether a user is active; with `isDeleted` they are to be forgotten. */
  mark(user: UserKey, isDeleted: boolean): DocumentEdit;
  /**
   * Does what follows from how the user stands in the directory: brings presence back, erases it, or erases all
   * there is and takes the user out of the directory.
   * @throws UserChanged, StoreUnavailable; then not all of it is done, and it will be
   */
  see(user: UserKey, isDeleted: boolean): Promise<void>;
  /** Resolves when nothing of an earlier departure is left to be done. @throws as `see` */
  finish(user: UserKey): Promise<void>;
  /** Sees to those whose time has come, from now on. */
  start(): void;
  stop(): Promise<void>;
}

interface Departing extends Static<typeof MARK> {
  readonly user: UserKey;
  readonly text: string;
}

export function createDepartures(parts: DeparturesParts): Departures {
  const { store, ledger, clock, isOurTurn, told, rights, belongings, restore, onError } = parts;
  const { documents } = store;
  const departing = new Map<string, Departing>();
  let isStarted = false;
  let isStopped = false;
  let round: Promise<void> | undefined;
  let callOff: (() => void) | undefined;
  let wakesAtMs = Number.POSITIVE_INFINITY;

  const tail = createDocumentTail({
    documents,
    collection: DEPARTING,
    steadyClock: parts.steadyClock,
    onPut(id, text) {
      departing.set(id, readMark(id, text));
      wakeAt(dueMs(departing.get(id)));
    },
    onRemoved: (id) => void departing.delete(id),
    onError,
  });

  async function erasePresence(user: UserKey): Promise<void> {
    const nowMs = clock.nowMs();
    const erase = { kind: 'erase', appId: SELF } as const;
    await store.update(user, nowMs, (record) => advance(record, nowMs, erase));
  }

  async function see(user: UserKey, isDeleted: boolean): Promise<void> {
    const { tenantId, userId } = user;
    const known = ledger.user(tenantId, userId);
    if (known?.isActive) {
      await restore?.(user);
      return;
    }
    // First what others see of it, as long as it is known who may.
    await erasePresence(user);
    await told();
    for (const erase of rights) await erase(user);
    if (known !== undefined && !isDeleted) return;
    for (const erase of belongings) await erase(user);
    // Belongings may say once more what follows from them, which is nothing.
    await erasePresence(user);
    // Last, so that it can be asked for again.
    if (known !== undefined) await ledger.remove(tenantId, userId, known);
  }

  /** Sees to a user, and that it is done. */
  async function close({ user, isDeleted, text }: Departing): Promise<void> {
    await ledger.settled(user.tenantId);
    await see(user, isDeleted);
    try {
      await documents.write([
        { collection: DEPARTING, id: idOf(user), text: undefined, was: text },
      ]);
    } catch (error) {
      // Marked anew meanwhile, or done elsewhere.
      if (!(error instanceof DocumentsChanged)) throw error;
    }
  }

  async function closeDue(): Promise<void> {
    const nowMs = clock.nowMs();
    const due = [...departing.values()].filter((each) => dueMs(each) <= nowMs);
    const ours = due.filter(({ user }) => isOurTurn(user));
    const errors: unknown[] = [];
    for (let at = 0; at < ours.length && !isStopped; at += SLICE) {
      const slice = ours.slice(at, at + SLICE);
      await Promise.all(
        slice.map((each) => close(each).catch((error: unknown) => errors.push(error))),
      );
    }
    if (errors.length > 0) onError(errors[0]);
  }

  function wakeAt(atMs: number): void {
    if (!isStarted || isStopped || atMs >= wakesAtMs) return;
    callOff?.();
    wakesAtMs = atMs;
    callOff = clock.alarm(atMs, wake);
  }

  function wake(): void {
    round ??= closeDue().finally(() => {
      round = undefined;
      sleep();
    });
  }

  function sleep(): void {
    wakesAtMs = Number.POSITIVE_INFINITY;
    const soonestMs = clock.nowMs() + RETRY_MS;
    for (const each of departing.values()) wakeAt(Math.max(dueMs(each), soonestMs));
  }

  return {
    mark: (user, isDeleted) => ({
      collection: DEPARTING,
      id: idOf(user),
      text: JSON.stringify({ format: FORMAT, sinceMs: clock.nowMs(), isDeleted }),
    }),

    see,

    async finish(user) {
      await tail.settled();
      const left = departing.get(idOf(user));
      if (left !== undefined) await close(left);
    },

    start() {
      isStarted = true;
      for (const each of departing.values()) wakeAt(dueMs(each));
    },

    async stop() {
      isStopped = true;
      callOff?.();
      await Promise.all([tail.stop(), round]);
    },
  };
}

function dueMs(departing: Departing | undefined): number {
  return (departing?.sinceMs ?? Number.POSITIVE_INFINITY) + AGAIN_AFTER_MS;
}

function idOf({ tenantId, userId }: UserKey): string {
  return `${tenantId} ${userId}`;
}

/** @throws StoreUnusable for what isn't a mark: it is passed over */
function readMark(id: string, text: string): Departing {
  const [tenantId = '', userId = ''] = id.split(' ');
  const value = jsonOf(text);
  if (mark.Check(value)) return { ...value, user: { tenantId, userId }, text };
  throw new StoreUnusable('StoreDamaged', `${DEPARTING}/${id}`, 'is not the mark of a user.');
}
