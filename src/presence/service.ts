import type { Clock } from '../clock.ts';
import { advance, NEW_RECORD, type UserRecord } from '../engine/advance.ts';
import type { PresenceCommand, Refusal } from '../engine/command.ts';
import { overshadowedBy } from '../engine/effect.ts';
import { saysNothing } from '../engine/facts.ts';
import type { Decision } from '../engine/presence.ts';
import { StoreUnavailable } from '../store/errors.ts';
import type { PresenceStore, UserKey } from '../store/store.ts';
import { admits, type Directory } from './directory.ts';
import { EVERYONE_SEES_EVERYONE, type Reader, type Visibility } from './visibility.ts';

export type Outcome =
  | { readonly done: true; readonly overshadowedBy: Decision | undefined }
  | { readonly done: false; readonly refusal: Refusal | 'user not found' };

/** Records of users as they stand, or as they stood when the store was last heard of. */
export interface Reading {
  /** As `read` gives them. */
  readonly records: readonly (UserRecord | undefined)[];
  /** How long ago they may have been overtaken, ms; 0 when the store was asked just now. */
  readonly staleMs: number;
}

export interface PresenceService {
  /**
   * The records of users as they stand now, undefined for those the tenant doesn't know, and as if nothing
   * had ever been said about those that the reader may not see. Time that passed since the last write is
   * walked in memory: a read never writes.
   */
  read(reader: Reader, userIds: readonly string[]): Promise<readonly (UserRecord | undefined)[]>;

  /**
   * As `read`; while the store can't be asked, what this server last knew of them, if it knew all of them.
   * An answer from it must say so.
   */
  readOrLast(reader: Reader, userIds: readonly string[]): Promise<Reading>;

  /** Carries out a command. Resolves when its outcome would survive a crash. */
  execute(user: UserKey, command: PresenceCommand): Promise<Outcome>;
}

export interface PresenceServiceParts {
  readonly store: PresenceStore;
  readonly clock: Clock;
  readonly directory: Directory;
  /** Everyone sees everyone by default. */
  readonly visibility?: Visibility;
}

export function createPresenceService({
  store,
  clock,
  directory,
  visibility = EVERYONE_SEES_EVERYONE,
}: PresenceServiceParts): PresenceService {
  /** Records as they stand at `nowMs`, time walked in memory. */
  function standing(
    records: readonly (UserRecord | undefined)[],
    reader: Reader,
    userIds: readonly string[],
    nowMs: number,
  ) {
    const sees = visibility.by(reader);
    return records.map((record, index) => {
      const userId = userIds[index] ?? '';
      if (record === undefined) {
        return directory.lists(reader.tenantId, userId) ? NEW_RECORD : undefined;
      }
      if (isForgotten(record, reader.tenantId, userId)) return undefined;
      if (!sees(userId)) return NEW_RECORD;
      return nowMs < record.untilMs ? record : advance(record, nowMs).record;
    });
  }

  /** Whether nothing is left of a user but the number, and nobody may say anything about them. */
  function isForgotten({ facts }: UserRecord, tenantId: string, userId: string): boolean {
    return saysNothing(facts) && !admits(directory, { tenantId, userId });
  }

  async function read(reader: Reader, userIds: readonly string[]) {
    const nowMs = clock.nowMs();
    return standing(await store.read(reader.tenantId, userIds), reader, userIds, nowMs);
  }

  return {
    read,

    async readOrLast(reader, userIds) {
      try {
        return { records: await read(reader, userIds), staleMs: 0 };
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        const last = store.lastKnown(reader.tenantId, userIds);
        if (last === undefined) throw error;
        const records = standing(last.records, reader, userIds, clock.nowMs());
        return { records, staleMs: Math.max(1, Math.ceil(last.ageMs)) };
      }
    },

    async execute(user, command) {
      if (!admits(directory, user)) {
        return { done: false, refusal: 'user not found' };
      }
      const nowMs = clock.nowMs();
      const { record, refusal } = await store.update(user, nowMs, (before) =>
        advance(before, nowMs, command),
      );
      if (refusal !== undefined) return { done: false, refusal };
      return { done: true, overshadowedBy: overshadowedBy(record, command, nowMs) };
    },
  };
}
