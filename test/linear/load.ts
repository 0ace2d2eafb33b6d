import type { PresenceCommand } from '../../src/engine/command.ts';
import { NEVER_MS } from '../../src/engine/facts.ts';
import {
  AVAILABLE,
  AWAY,
  BE_RIGHT_BACK,
  BUSY,
  DO_NOT_DISTURB,
  IN_A_CALL,
  OFF_WORK,
  type Pair,
  PRESENTING,
} from '../../src/engine/pair.ts';
import type { Random } from '../crash/random.ts';

const SESSIONS = ['desktop', 'mobile', 'web'];
const SESSION_PAIRS: readonly Pair[] = [
  AVAILABLE,
  BUSY,
  AWAY,
  IN_A_CALL,
  PRESENTING,
  DO_NOT_DISTURB,
  BE_RIGHT_BACK,
];
const PREFERRED_PAIRS: readonly Pair[] = [AVAILABLE, BUSY, AWAY, DO_NOT_DISTURB, OFF_WORK];

const MINUTE_MS = 60_000;

/**
 * Nothing ends while a round lasts, by a right clock. The shortest that Graph allows is as long as clocks are
 * wrong: a node that went by its own would have ended such a session too soon, or never begun it.
 */
const SESSION_LIFETIMES_MS = [5 * MINUTE_MS, 240 * MINUTE_MS];
const PREFERRED_LIFETIME_MS = 5 * MINUTE_MS;

/** The last write of a client: a session is kept alive by saying the same again. */
export interface Habit {
  last?: PresenceCommand;
}

export function nextCommand(
  random: Random,
  appId: string,
  nextMessage: () => string,
  habit: Habit,
): PresenceCommand {
  const which = random.next();
  if (which < 0.1 && habit.last?.kind === 'setPresence') return habit.last;
  const sessionId = random.pick(SESSIONS);
  if (which < 0.45) {
    const lifetimeMs = random.pick(SESSION_LIFETIMES_MS);
    return { kind: 'setPresence', appId, sessionId, pair: random.pick(SESSION_PAIRS), lifetimeMs };
  }
  if (which < 0.65) return { kind: 'clearPresence', appId, sessionId };
  if (which < 0.72) {
    const pair = random.pick(PREFERRED_PAIRS);
    const lifetimeMs = PREFERRED_LIFETIME_MS;
    return { kind: 'setUserPreferredPresence', appId, pair, lifetimeMs };
  }
  if (which < 0.82) return { kind: 'clearUserPreferredPresence', appId };
  return say(appId, which < 0.85 ? '' : nextMessage());
}

/** Sets a status message; an empty one clears it. */
export function say(appId: string, content: string): PresenceCommand {
  return { kind: 'setStatusMessage', appId, content, expiresAtMs: NEVER_MS, expiry: null };
}

/** A command as a request of Graph's. */
export function bodyOf(command: PresenceCommand): unknown {
  switch (command.kind) {
    case 'setPresence': {
      const { sessionId, pair, lifetimeMs } = command;
      return { sessionId, ...pair, expirationDuration: `PT${lifetimeMs / MINUTE_MS}M` };
    }
    case 'clearPresence':
      return { sessionId: command.sessionId };
    case 'setUserPreferredPresence':
      return { ...command.pair, expirationDuration: `PT${command.lifetimeMs / MINUTE_MS}M` };
    case 'setStatusMessage':
      return { statusMessage: { message: { content: command.content, contentType: 'text' } } };
    default:
      return {};
  }
}
