import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { Change } from '../engine/advance.ts';
import { NEVER_MS } from '../engine/facts.ts';
import { OFFLINE_PRESENCE, type Presence } from '../engine/presence.ts';
import type { PresenceStore, UserKey } from '../store/store.ts';
import { readStretch, type Stretch } from './reader.ts';
import type { HistoryRetention } from './retention.ts';
import { type Summary, Tally } from './summary.ts';

/** Changes that one call looks at, whatever it is about. */
const MOST_LOOKED_AT = 20_000;

/** Changes forgotten in one commit. */
const SLICE = 1000;

/** From an instant until just before another. */
export interface Range {
  /** Left out: from as early as it is known. */
  readonly fromMs?: number | undefined;
  /** Left out: until now, with what happens now. */
  readonly toMs?: number | undefined;
}

/** What every answer says of itself. */
interface Known {
  /** From when on all is told; what was before is no longer kept, or not to be told. */
  readonly knownFromMs: number;
}

/** Some changes of a range, the first ones first. */
export interface HistoryPage extends Known {
  readonly changes: readonly Change[];
  /** The number from which on there may be more; undefined at the end. */
  readonly next: number | undefined;
  /** The range as far as it is known, and past. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface AsOf extends Known {
  /** Undefined where it isn't known. */
  readonly presence: Presence | undefined;
}

export interface RangeSummary extends Known, Summary {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A range has more changes than one call looks at. */
export class RangeTooLong extends Error {
  readonly most = MOST_LOOKED_AT;
}

/** What has become of users' presence, as far as the feed has it and their tenant lets it be told. */
export interface PresenceHistory {
  /** Whether a tenant's history is told at all. */
  isOn(tenantId: string): boolean;
  /**
   * Changes of a range from the number `from` on, `most` at most, and perhaps fewer though there are more.
   * @throws StoreUnavailable
   */
  page(user: UserKey, range: Range, from: number, most: number): Promise<HistoryPage>;
  /** What was so at an instant, which must not be to come. @throws RangeTooLong, StoreUnavailable */
  asOf(user: UserKey, atMs: number): Promise<AsOf>;
  /** @throws RangeTooLong, StoreUnavailable */
  summary(user: UserKey, range: Range): Promise<RangeSummary>;
  /**
   * Forgets all that was, also in the feed. Who follows the feed and hasn't read that far is told that the user is
   * Offline, as somebody who was erased is. @throws StoreUnavailable
   */
  erase(user: UserKey): Promise<void>;
}

export interface HistoryParts {
  readonly store: PresenceStore;
  readonly clock: Clock;
  readonly retentionMs: HistoryRetention;
}

export function createHistory({ store, clock, retentionMs }: HistoryParts): PresenceHistory {
  const knownFrom = ({ forgottenMs }: Stretch, { tenantId }: UserKey, nowMs: number) =>
    Math.max(nowMs - retentionMs(tenantId), forgottenMs);

  const earliest = ({ tenantId }: UserKey, { fromMs = 0 }: Range, nowMs: number) =>
    Math.max(fromMs, nowMs - retentionMs(tenantId));

  /** Stretches from a number on, one after the other, with at most as many changes as one call looks at. */
  async function* stretches(user: UserKey, from: number, nowMs: number): AsyncGenerator<Stretch> {
    let next = from;
    for (let lookedAt = 0; lookedAt < MOST_LOOKED_AT; ) {
      const stretch = await readStretch(store, user, next, nowMs);
      yield stretch;
      if (stretch.isEnd) return;
      // Others get their turn.
      await setImmediate();
      lookedAt += stretch.changes.length;
      next = (stretch.changes.at(-1)?.number ?? next) + 1;
    }
  }

  return {
    isOn: (tenantId) => retentionMs(tenantId) > 0,

    async page(user, range, from, most) {
      const nowMs = clock.nowMs();
      const toMs = range.toMs ?? NEVER_MS;
      const earliestMs = earliest(user, range, nowMs);
      const changes: Change[] = [];
      let knownFromMs = nowMs;
      const answer = (next: number | undefined): HistoryPage => ({
        ...{ changes, next, knownFromMs },
        ...within(range, knownFromMs, nowMs),
      });
      let next = Math.max(from, Math.floor(earliestMs));
      for await (const stretch of stretches(user, next, nowMs)) {
        knownFromMs = knownFrom(stretch, user, nowMs);
        for (const change of stretch.changes) {
          if (change.atMs >= toMs) return answer(undefined);
          if (changes.length === most) return answer(next);
          // Numbers run ahead of instants where many came at one, and where the clock was set back.
          if (change.atMs >= earliestMs) changes.push(change);
          next = change.number + 1;
        }
        if (stretch.isEnd) return answer(undefined);
      }
      return answer(next);
    },

    async asOf(user, atMs) {
      const nowMs = clock.nowMs();
      for await (const stretch of stretches(user, Math.floor(atMs), nowMs)) {
        const knownFromMs = knownFrom(stretch, user, nowMs);
        if (atMs < knownFromMs) return { presence: undefined, knownFromMs };
        // What the first change after it found; without one, with nothing more to come, it is what is so now.
        const next = stretch.changes.find((change) => change.atMs > atMs);
        if (next !== undefined) return { presence: next.before, knownFromMs };
        if (stretch.isEnd) return { presence: stretch.present, knownFromMs };
      }
      throw new RangeTooLong();
    },

    async summary(user, range) {
      const nowMs = clock.nowMs();
      const start = Math.floor(earliest(user, range, nowMs));
      let tally: Tally | undefined;
      for await (const stretch of stretches(user, start, nowMs)) {
        const knownFromMs = knownFrom(stretch, user, nowMs);
        const { fromMs, toMs } = within(range, knownFromMs, nowMs);
        tally ??= new Tally(fromMs, toMs);
        for (const change of stretch.changes) {
          if (change.atMs >= (range.toMs ?? NEVER_MS)) tally.close(change);
          else if (change.atMs >= fromMs) tally.add(change);
        }
        if (stretch.isEnd || tally.isClosed) {
          return { ...tally.end(stretch.present), knownFromMs, fromMs, toMs };
        }
      }
      throw new RangeTooLong();
    },

    async erase(user) {
      const { changes } = await store.history(user, 0, 1);
      if (changes.length === 0) return;
      const nowMs = clock.nowMs();
      // What stays in the feed in place of all of them, so that it ends no earlier than it did.
      await store.update(user, nowMs, (record) => ({
        record,
        changes: [gone(record.number, nowMs)],
      }));
      while ((await store.forgetHistory(user, SLICE)) === SLICE);
    },
  };
}

function gone(number: number, atMs: number): Change {
  const presence = OFFLINE_PRESENCE;
  const cause = { kind: 'erase', appId: 'porchlight' } as const;
  return { number, atMs, before: presence, after: presence, cause };
}

/** The part of a range that is known and past. */
function within({ fromMs = 0, toMs = NEVER_MS }: Range, knownFromMs: number, nowMs: number) {
  const end = Math.min(toMs, nowMs);
  return { fromMs: Math.min(Math.max(fromMs, knownFromMs), end), toMs: end };
}
