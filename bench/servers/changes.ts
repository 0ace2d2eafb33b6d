import { IN_A_CALL, IN_A_CONFERENCE_CALL } from '../../src/engine/pair.ts';
import type { PresenceService } from '../../src/presence/service.ts';
import { sharedMs } from '../one-clock.ts';
import { APP, userId } from '../users.ts';

/** Users by their numbers, each to be changed once. */
export interface ChangesOptions {
  /** The users are dealt out to these: one to each in turn, or in contiguous shares. */
  readonly tenants: readonly string[];
  readonly order: 'in turn' | 'one after the other';
  readonly first: number;
  readonly count: number;
  /** One of two states that don't fade; the other one next time is a change again. */
  readonly inConference: boolean;
}

/** Instants of the shared clock. */
export interface Changed {
  readonly beganMs: number;
  readonly committedMs: number;
}

/** Handed to the store at once; it commits what is under way together. */
const AT_ONCE = 20_000;

const LIFETIME_MS = 4 * 3_600_000;

/** Changes everyone's presence, as fast as the presence service takes it. */
export async function changeAll(
  presence: PresenceService,
  { tenants, order, first, count, inConference }: ChangesOptions,
): Promise<Changed> {
  const beganMs = sharedMs();
  const share = count / tenants.length;
  const pair = inConference ? IN_A_CONFERENCE_CALL : IN_A_CALL;
  const numbers = Array.from({ length: count }, (_, index) => index).values();
  const work = async () => {
    for (const index of numbers) {
      const turn = order === 'in turn' ? index % tenants.length : Math.floor(index / share);
      const tenantId = tenants[turn] ?? '';
      const outcome = await presence.execute(
        { tenantId, userId: userId(first + index) },
        {
          kind: 'setPresence',
          appId: APP,
          sessionId: APP,
          pair,
          lifetimeMs: LIFETIME_MS,
        },
      );
      if (!outcome.done) throw new Error(outcome.refusal);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, work));
  return { beganMs, committedMs: sharedMs() };
}
