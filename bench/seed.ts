import { type Advanced, advance } from '../src/engine/advance.ts';
import type { PresenceCommand } from '../src/engine/command.ts';
import { AVAILABLE, IN_A_CALL, type Pair } from '../src/engine/pair.ts';
import { openStore } from './servers/open-store.ts';
import { APP, OTHER_APP, TENANT, userId } from './users.ts';

/** Updates handed to the store at once; it commits what is under way together. */
const AT_ONCE = 20_000;

const LIFETIME_MS = 4 * 3_600_000;

/**
 * What each user has. `one`: the Available session that keep-alives set. `two`: sessions of two apps
 * that don't fade, so that a store of any age has nothing due yet.
 */
export type Sessions = 'one' | 'two';

const SESSIONS: Record<Sessions, readonly { readonly appId: string; readonly pair: Pair }[]> = {
  one: [{ appId: APP, pair: AVAILABLE }],
  two: [
    { appId: APP, pair: IN_A_CALL },
    { appId: OTHER_APP, pair: IN_A_CALL },
  ],
};

/**
 * Fills a store, in a folder or a Redis, through its contract, as the server would; how many ms that took.
 */
export function seedStore(
  place: string,
  { users, sessions }: { readonly users: number; readonly sessions: Sessions },
): Promise<number> {
  const commands = SESSIONS[sessions].map(
    ({ appId, pair }): PresenceCommand => ({
      kind: 'setPresence',
      appId,
      sessionId: appId,
      pair,
      lifetimeMs: LIFETIME_MS,
    }),
  );
  return fillStore(place, users, () => commands);
}

/** As `seedStore`, with what is said about each user, by number. */
export async function fillStore(
  place: string,
  users: number,
  commandsOf: (index: number) => readonly PresenceCommand[],
): Promise<number> {
  const startedMs = performance.now();
  const store = await openStore(place, { cachedRecords: AT_ONCE });
  for (let first = 0; first < users; first += AT_ONCE) {
    const nowMs = Date.now();
    const count = Math.min(AT_ONCE, users - first);
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        store.update({ tenantId: TENANT, userId: userId(first + index) }, nowMs, (record) =>
          commandsOf(first + index).reduce(
            (advanced: Advanced, command) => {
              const next = advance(advanced.record, nowMs, command);
              return { ...next, changes: [...advanced.changes, ...next.changes] };
            },
            { record, changes: [] },
          ),
        ),
      ),
    );
  }
  await store.close();
  return performance.now() - startedMs;
}
