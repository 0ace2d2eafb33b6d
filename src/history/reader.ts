import { advance, type Change, NEW_RECORD } from '../engine/advance.ts';
import type { Presence } from '../engine/presence.ts';
import type { PresenceStore, UserKey } from '../store/store.ts';

/** Changes read from the store at a time. */
export const PAGE = 500;

/** Some changes of a user, and what is so now. */
export interface Stretch {
  /** In the order of their numbers, those that nobody has written yet last. */
  readonly changes: readonly Change[];
  /** Nothing comes after them. */
  readonly isEnd: boolean;
  /** What is so after the last of all. */
  readonly present: Presence;
  /** All changes after this instant are there; 0 where that is all that there were. */
  readonly forgottenMs: number;
}

/**
 * Reads changes of a user from a number on. What time has brought until `nowMs` and nobody has written yet belongs to
 * them: it is walked in memory, as for a read of presence.
 * @throws StoreUnavailable
 */
export async function readStretch(
  store: Pick<PresenceStore, 'read' | 'history'>,
  user: UserKey,
  from: number,
  nowMs: number,
): Promise<Stretch> {
  // In this order: what is written in between is among the changes, and then nothing is due by `nowMs` any more.
  const [stored] = await store.read(user.tenantId, [user.userId]);
  const { changes, forgottenMs } = await store.history(user, from, PAGE);
  const record = stored ?? NEW_RECORD;
  const last = changes.at(-1);
  const isEnd = changes.length < PAGE;
  const isOvertaken = last !== undefined && last.number > record.number;
  if (!isEnd || isOvertaken) {
    return { changes, isEnd, forgottenMs, present: last?.after ?? record.presence };
  }
  const passed = advance(record, nowMs);
  const unwritten = passed.changes.filter(({ number }) => number >= from);
  return {
    changes: [...changes, ...unwritten],
    isEnd,
    forgottenMs,
    present: passed.record.presence,
  };
}
