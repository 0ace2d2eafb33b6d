import type { Logger } from 'pino';
import { createDirectory } from '../../src/directory/fixed.ts';
import { type Following, openFollowing } from '../../src/following.ts';
import type { Profile } from '../../src/graph/settable.ts';
import { createCalendars } from '../../src/mailbox/events/calendars.ts';
import { createPresenceService } from '../../src/presence/service.ts';
import { EVERYONE_SEES_EVERYONE } from '../../src/presence/visibility.ts';
import { SeededRandomness } from '../../src/random.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import type { Lease, PresenceStore } from '../../src/store/store.ts';
import { TENANT, USERS } from './cast.ts';
import { faultyStore, MADE, type Watcher } from './faulty-store.ts';
import type { Receivers } from './receivers.ts';
import type { Trouble } from './trouble.ts';
import { OwnClock, type World } from './world.ts';

/** Everybody there may be is listed, so that somebody of whom nothing was ever said is Offline, and not unknown. */
const DIRECTORY = createDirectory('open', new Map([[TENANT, USERS.map((id) => ({ id }))]]));

export interface ServerParts {
  readonly number: number;
  /** A store of its own on the memory that all of them share. */
  readonly store: PresenceStore;
  readonly world: World;
  readonly trouble: Trouble;
  readonly watcher: Watcher;
  readonly receivers: Receivers;
  readonly seed: number;
  readonly profile: Profile;
  readonly feedRetentionMs: number;
  /** Told of what was given up, by subscription. */
  readonly onLoss: (subscriptionId: string, letter: string | undefined) => void;
}

export type SimulatedServer = ReturnType<typeof simulatedServer>;

/** The real server, all but its addresses, which can be killed where it stands. */
export function simulatedServer(parts: ServerParts) {
  const { number, world, trouble, watcher, receivers } = parts;
  const { store, leases, kill } = faultyStore(parts.store, world, trouble, watcher);
  const clock = new OwnClock(world.clock);
  const steadyClock = new OwnClock(world.steady);
  const randomness = new SeededRandomness(parts.seed);
  const underWay = new Set<Promise<void>>();
  let isAlive = true;
  let following: Following | undefined;
  const presence = createPresenceService({ store, clock, directory: DIRECTORY });

  const told = (level: string) => (about: LogObject, what: string) => {
    if (!isAlive) return;
    world.say(() => `${number} logs ${level}: ${what} ${String(about.err ?? '')}`);
    if (about.lost !== undefined || about.letter !== undefined) {
      parts.onLoss(about.subscriptionId ?? '', about.letter);
    }
    if ((level === 'error' || about.err !== undefined) && !isMade(about.err)) {
      world.complain(`${number} logged '${what}': ${stackOf(about.err)}`);
    }
  };
  const log = { error: told('error'), warn: told('warn'), info() {}, debug() {} };

  return {
    number,
    raw: parts.store,
    store,
    leases,
    get isAlive() {
      return isAlive;
    },
    /** Undefined before it is open, and once it is dead. */
    get following() {
      return isAlive ? following : undefined;
    },
    presence,

    /** Rejects when the store fails; nothing goes on then. */
    async open(): Promise<void> {
      const opened = await openFollowing({
        ...{ store, clock, steadyClock, randomness, log: log as unknown as Logger },
        directory: DIRECTORY,
        visibility: EVERYONE_SEES_EVERYONE,
        profile: parts.profile,
        feedRetentionMs: parts.feedRetentionMs,
        outbound: receivers.outbound(number, () => isAlive),
        validationTokens: () => ({ tokenFor: async () => 'signed elsewhere' }),
        origin: () => 'https://porchlight.example',
      });
      await opened.start();
      if (isAlive) following = opened;
    },

    calendars: () => {
      const { mailboxes } = following as Following;
      return createCalendars({ mailboxes, clock, directory: DIRECTORY, newId: randomness.uuid });
    },

    /**
     * Somebody waits for an answer. That the store was away is one; what else is no answer is a fault.
     * @param onAway told when the store was
     */
    answers(work: Promise<unknown>, onAway: (error: StoreUnavailable) => void = () => {}): void {
      const answered = work
        .then(
          () => {},
          (error: unknown) => {
            if (!(error instanceof StoreUnavailable)) return world.complain(stackOf(error));
            world.say(() => `${number} answers ${error.message}`);
            onAway(error);
          },
        )
        .finally(() => underWay.delete(answered));
      underWay.add(answered);
    },

    /** Resolves when nobody waits for an answer any more. */
    async answered(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
    },

    /** Whether its work on a partition goes on. */
    holds: (partition: number): Lease | undefined =>
      isAlive ? following?.shifts.lease(partition) : undefined,

    /** Ends it where it stands. */
    kill(): void {
      isAlive = false;
      clock.callOffAll();
      steadyClock.callOffAll();
      kill();
    },

    /** Ends it in order. What is left over then is a fault. */
    async stop(): Promise<void> {
      following?.hub.close();
      await following?.stop();
      await parts.store.close();
    },

    /** It has stopped, or never got to begin. */
    end(): void {
      isAlive = false;
      if (clock.alarms + steadyClock.alarms > 0) {
        world.complain(`${number} left ${clock.alarms} and ${steadyClock.alarms} alarms behind`);
      }
      clock.callOffAll();
      steadyClock.callOffAll();
      kill();
    },
  };
}

interface LogObject {
  readonly err?: unknown;
  readonly subscriptionId?: string;
  readonly lost?: number;
  readonly letter?: string;
}

function isMade(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.message.includes(MADE)) return true;
  }
  return false;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
