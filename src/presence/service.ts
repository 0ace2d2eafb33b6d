import type { Clock } from '../clock.ts';
import { advance, NEW_RECORD, type UserRecord } from '../engine/advance.ts';
import type { PresenceCommand, Refusal } from '../engine/command.ts';
import { overshadowedBy } from '../engine/effect.ts';
import type { Decision } from '../engine/presence.ts';
import type { PresenceStore, UserKey } from '../store/store.ts';
import type { Directory } from './directory.ts';

export type Outcome =
  | { readonly done: true; readonly overshadowedBy: Decision | undefined }
  | { readonly done: false; readonly refusal: Refusal | 'user not found' };

export interface PresenceService {
  /**
   * The records of users as they stand now, undefined for those the tenant doesn't know. Time that
   * passed since the last write is walked in memory: a read never writes.
   */
  read(tenantId: string, userIds: readonly string[]): Promise<readonly (UserRecord | undefined)[]>;

  /** Carries out a command. Resolves when its outcome would survive a crash. */
  execute(user: UserKey, command: PresenceCommand): Promise<Outcome>;
}

export interface PresenceServiceParts {
  readonly store: PresenceStore;
  readonly clock: Clock;
  readonly directory: Directory;
}

export function createPresenceService({
  store,
  clock,
  directory,
}: PresenceServiceParts): PresenceService {
  return {
    async read(tenantId, userIds) {
      const nowMs = clock.nowMs();
      const records = await store.read(tenantId, userIds);
      return records.map((record, index) => {
        if (record !== undefined) {
          return nowMs < record.untilMs ? record : advance(record, nowMs).record;
        }
        return directory.lists(tenantId, userIds[index] ?? '') ? NEW_RECORD : undefined;
      });
    },

    async execute(user, command) {
      if (directory.mode === 'listed' && !directory.lists(user.tenantId, user.userId)) {
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
